import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { HttpFetch } from '../../src/call/tools/http-tool.ts'
import { openSafeFetch } from '../../src/safe-fetch.ts'

export interface Received { headers: IncomingHttpHeaders, body: string }

/** Somebody's server that is told of events. It answers with `status`; 0 is no answer at all. */
export const receiver = async (t: Test) => {
  const received: Received[] = []
  const state = { status: 204, received, url: '' }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => { body += chunk.toString() }).on('end', () => {
      received.push({ headers: request.headers, body })
      if (state.status !== 0) response.writeHead(state.status, { location: '/elsewhere' }).end(state.status >= 400 ? 'x'.repeat(5_000) : '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return state
}

/** The way to the internet, where this machine is part of it. */
export const localFetch = (t: Test): HttpFetch => {
  const { fetch, close } = openSafeFetch({ isAllowedAddress: (address) => address === '127.0.0.1' })
  t.teardown(close)
  return fetch
}
