import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A way to a server, over real sockets. */
export interface Wire {
  /** Where it begins. */
  host: string
  /** Breaks every connection, and takes no new one. */
  cut: () => void
  /** Connections stay, and nothing comes through them. */
  stall: () => void
  /** Lets everything through again, also what waited. */
  mend: () => void
}

/** A way to the server at `target`; without a target, to one that accepts and never answers. */
export async function startWire (t: Test, target?: { host: string, port: number }): Promise<Wire> {
  const sockets = new Set<Socket>()
  let state: 'open' | 'stalled' | 'cut' = 'open'
  const keep = (socket: Socket, other: Socket | undefined) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => {
      sockets.delete(socket)
      other?.destroy()
    })
  }
  const server = createServer((socket) => {
    const onward = state === 'cut' || target === undefined ? undefined : connect(target)
    keep(socket, onward)
    if (state === 'cut') return socket.destroy()
    if (onward === undefined) return
    keep(onward, socket)
    socket.pipe(onward).pipe(socket)
    if (state === 'stalled') for (const end of [socket, onward]) end.pause()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const dropAll = () => { for (const socket of sockets) socket.destroy() }
  t.teardown(() => {
    dropAll()
    server.close()
  })
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      state = 'cut'
      dropAll()
    },
    stall: () => {
      state = 'stalled'
      for (const socket of sockets) socket.pause()
    },
    mend: () => {
      state = 'open'
      for (const socket of sockets) socket.resume()
    }
  }
}
