import { createServer } from 'node:net'

/** The wished port when it can be had on this machine's loopback address, otherwise a free one. 0 wishes for none in particular. */
export const freePort = async (wished: number): Promise<number> => await portOf(wished) ?? await portOf(0) ?? 0

const portOf = (port: number): Promise<number | undefined> => new Promise((resolve) => {
  const server = createServer()
  server.once('error', () => resolve(undefined))
  server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
    const address = server.address()
    server.close(() => resolve(typeof address === 'object' ? address?.port : undefined))
  })
})
