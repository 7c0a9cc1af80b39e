import { once } from 'node:events'
import { createServer, request as ask, type IncomingMessage, type RequestOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Test } from 'tap'

/**
 * A load balancer: requests go to the servers in turn, and so do websockets, and past those that do not take them or answer 503, as a proxy with proxy_next_upstream does.
 * @param servers their addresses; whoever leaves is taken out of the list
 * @returns its own address
 */
export async function startBalancer (t: Test, servers: string[]): Promise<string> {
  const turns = { request: 0, websocket: 0 }
  const onward = async (kind: keyof typeof turns, incoming: IncomingMessage, send: (target: RequestOptions) => Promise<void>): Promise<void> => {
    const first = turns[kind]++
    for (let tries = 0; tries < servers.length; tries++) {
      const { hostname, port } = new URL(servers[(first + tries) % servers.length] ?? '')
      try {
        return await send({ hostname, port, method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers: { ...incoming.headers, 'x-forwarded-for': '127.0.0.1' } })
      } catch {} // The next one is asked.
    }
    throw new Error('No server takes connections.')
  }
  const balancer = createServer((incoming, response) => {
    const forward = async () => {
      const body = Buffer.concat(await incoming.toArray())
      await onward('request', incoming, async (target) => {
        const asking = ask(target)
        asking.end(body)
        const [answer] = await once(asking, 'response') as [IncomingMessage]
        if (answer.statusCode === 503) {
          answer.resume()
          throw new Error('It is about to end.')
        }
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        // Cut off, the answer ends the client's connection too.
        answer.on('error', () => response.destroy()).pipe(response)
      })
    }
    forward().catch(() => response.writeHead(502).end())
  })
  balancer.on('upgrade', (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => {})
    onward('websocket', incoming, async (target) => {
      const asking = ask(target)
      asking.once('response', () => asking.destroy(new Error('No websocket.'))).end()
      const [answer, server, first] = await once(asking, 'upgrade') as [IncomingMessage, Duplex, Buffer]
      const headers = answer.rawHeaders.reduce((text, value, i) => text + value + (i % 2 === 0 ? ': ' : '\r\n'), '')
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`)
      client.write(first)
      server.write(head)
      server.on('error', () => {}).on('close', () => client.destroy()).pipe(client)
      client.on('close', () => server.destroy()).pipe(server)
    }).catch(() => client.destroy())
  })
  await once(balancer.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    balancer.closeAllConnections()
    balancer.close()
  })
  return `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`
}
