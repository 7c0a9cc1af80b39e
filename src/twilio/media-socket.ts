import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { MessageText } from './messages.ts'

/** A media socket as the stream needs it: a real websocket, or one end of a pair inside the process for tests and replay. */
export interface MediaSocket {
  send (text: string): void
  close (code?: number, reason?: string): void
  /** Bytes accepted by `send` and not yet taken by the network. */
  readonly bufferedAmount: number
  onMessage (fn: (data: MessageText, isBinary: boolean) => void): void
  /** Called once, whichever end closed and whatever broke. */
  onClose (fn: () => void): void
}

/**
 * Takes over a websocket. Listeners are attached before this returns, so nothing that follows the handshake is lost.
 * @param connection what the websocket runs on: messages sent in one go leave in one system call
 */
export function mediaSocketOf (socket: WebSocket, connection: Socket): MediaSocket {
  // ws emits close after every error; what went wrong is in the close code.
  socket.on('error', () => {})
  let corked = false
  const uncork = (): void => {
    corked = false
    connection.uncork()
  }
  return {
    send: (text) => {
      if (socket.readyState !== socket.OPEN) return
      if (!corked) {
        corked = true
        connection.cork()
        process.nextTick(uncork)
      }
      socket.send(text)
    },
    close: (code, reason) => socket.close(code, reason),
    get bufferedAmount () { return socket.bufferedAmount },
    onMessage: (fn) => socket.on('message', (data, isBinary) => fn(data instanceof Buffer ? data : String(data), isBinary)),
    onClose: (fn) => socket.once('close', fn)
  }
}
