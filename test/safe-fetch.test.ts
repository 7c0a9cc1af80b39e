import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import fc from 'fast-check'
import { test, type Test } from 'tap'
import { WebSocketServer, type WebSocket } from 'ws'
import { isPublicAddress, openSafeFetch, type SafeFetchOptions } from '../src/safe-fetch.ts'

const never = new AbortController().signal

async function serve (t: Test, answer: RequestListener): Promise<{ port: number, seen: string[] }> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.headers.host?.replace(/:\d+$/, '')}${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  return { port: (server.address() as AddressInfo).port, seen }
}

/** The default, or one that may talk to this machine, as it is where nothing else listens. */
function open (t: Test, options: SafeFetchOptions = { isAllowedAddress: (address) => address === '127.0.0.1' }) {
  const { fetch, close } = openSafeFetch(options)
  t.teardown(close)
  return async (url: string, { signal = never, maxBytes = 1000, method = 'GET', body }: { signal?: AbortSignal, maxBytes?: number, method?: string, body?: string } = {}) =>
    await fetch({ method, url, headers: { 'x-key': 'k' }, maxBytes, ...(body === undefined ? {} : { body }) }, signal)
}

/** A name server that gives these answers in turn, the last one again and again. */
function names (...answers: string[][]): { lookup: LookupFunction, asked: () => number } {
  let asked = 0
  const lookup: LookupFunction = (_hostname, _options, callback) => {
    const answer = answers[Math.min(asked++, answers.length - 1)]!
    setImmediate(() => callback(null, answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))))
  }
  return { lookup, asked: () => asked }
}

test('what is the public internet and what is not', async (t) => {
  for (const address of ['8.8.8.8', '1.1.1.1', '2001:4860:4860::8888', '2606:4700::1111', '::ffff:8.8.8.8']) t.ok(isPublicAddress(address), address)
  for (const address of [
    '127.0.0.1', '127.9.9.9', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '100.100.100.200', '192.0.0.192', '192.0.2.1', '198.18.0.1',
    '168.63.129.16', '224.0.0.1', '240.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', 'fc00::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:169.254.169.254',
    '::ffff:168.63.129.16', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::', '2001::1', '2001:db8::1', 'fec0::1', '', 'localhost', '1.2.3'
  ]) t.notOk(isPublicAddress(address), address)
  // Every IPv4 address in its IPv6 dress is judged as itself.
  fc.assert(fc.property(fc.ipV4(), (address) => isPublicAddress(`::ffff:${address}`) === isPublicAddress(address)))
})

test('this machine is refused in every spelling, and not connected to', async (t) => {
  const { port, seen } = await serve(t, (_request, response) => response.end('secret'))
  const fetch = open(t, {})
  for (const host of ['127.0.0.1', 'localhost', '0.0.0.0', '0x7f.1', '2130706433', '017700000001', '127.1', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '169.254.169.254', '１２７.0.0.1']) {
    await t.rejects(fetch(`http://${host}:${port}/`), { code: 'forbidden', message: 'The service’s address is not on the public internet.' }, host)
  }
  await t.rejects(fetch('ftp://example.com/'), { code: 'forbidden' })
  t.same(seen, [])
})

test('a name is refused when any of its addresses is not public', async (t) => {
  for (const addresses of [['10.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['::ffff:10.0.0.1'], ['fd00::1']]) {
    await t.rejects(open(t, { lookup: names(addresses).lookup })('http://service.test/'), { code: 'forbidden' }, addresses.join())
  }
})

test('the connection goes to the address that was checked, whatever the name server says next', async (t) => {
  const { port, seen } = await serve(t, (_request, response) => response.end('hello'))
  const { lookup, asked } = names(['127.0.0.1'], ['127.0.0.2'])
  const fetch = open(t, { lookup, isAllowedAddress: (address) => address === '127.0.0.1' })
  t.match(await fetch(`http://service.test:${port}/a?b=1`), { status: 200, body: 'hello', cut: false })
  t.same(seen, ['GET service.test/a?b=1'], 'under its own name')
  t.equal(asked(), 1)
})

test('a redirect is an answer', async (t) => {
  const { port, seen } = await serve(t, (_request, response) => response.writeHead(302, { location: '/secret' }).end())
  t.match(await open(t)(`http://127.0.0.1:${port}/`), { status: 302, body: '' })
  t.equal(seen.length, 1)
})

test('method, headers and body arrive', async (t) => {
  const { port, seen } = await serve(t, (request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => { body += chunk.toString() }).on('end', () => {
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ body, key: request.headers['x-key'] }))
    })
  })
  const { status, contentType, body } = await open(t)(`http://127.0.0.1:${port}/orders`, { method: 'POST', body: '{"id":1}' })
  t.same([status, contentType, JSON.parse(body)], [201, 'application/json', { body: '{"id":1}', key: 'k' }])
  t.same(seen, ['POST 127.0.0.1/orders'])
})

test('an endless answer is cut at the limit, between characters', async (t) => {
  let closed: () => void
  const gone = new Promise<void>((resolve) => { closed = resolve })
  const { port } = await serve(t, (_request, response) => {
    const write = (): void => { while (response.write('ä'.repeat(5000))); }
    response.on('drain', write).on('close', () => closed())
    write()
  })
  const { body, cut } = await open(t)(`http://127.0.0.1:${port}/`, { maxBytes: 1001 })
  t.equal(body, 'ä'.repeat(500))
  t.ok(cut)
  await gone
})

test('an abort ends the request with its own reason', async (t) => {
  const abort = new AbortController()
  const reason = new Error('hung up')
  const { port } = await serve(t, () => abort.abort(reason))
  await t.rejects(open(t)(`http://127.0.0.1:${port}/`, { signal: abort.signal }), reason)
})

test('a service that is not there', async (t) => {
  const { port } = await serve(t, (request) => request.socket.destroy())
  await t.rejects(open(t)(`http://127.0.0.1:${port}/`), { code: 'provider_unavailable', message: 'The service could not be reached.' })
  await t.rejects(open(t, { lookup: names([]).lookup })('http://service.test/'), { code: 'provider_unavailable' })
})

test('a websocket is opened where one is, and nowhere else', async (t) => {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/media' })
  t.teardown(() => sockets.close())
  await once(sockets, 'listening')
  const { tryWebSocket, close } = openSafeFetch({ isAllowedAddress: (address) => address === '127.0.0.1' })
  t.teardown(close)
  const { port } = sockets.address() as AddressInfo
  const connected = once(sockets, 'connection')
  await tryWebSocket(`ws://127.0.0.1:${port}/media`, never)
  const [socket] = await connected as [WebSocket]
  if (socket.readyState !== socket.CLOSED) await once(socket, 'close')
  await t.rejects(tryWebSocket(`ws://127.0.0.1:${port}/other`, never), { code: 'provider_unavailable' }, 'refused with an HTTP status')

  // A proxy that does not pass on `Upgrade` answers as to any request.
  const plain = await serve(t, (_request, response) => response.end('hello'))
  await t.rejects(tryWebSocket(`ws://127.0.0.1:${plain.port}/media`, never), { code: 'provider_unavailable' })
  const liar = createServer().on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n'))
  await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { liar.closeAllConnections(); liar.close() })
  await t.rejects(tryWebSocket(`ws://127.0.0.1:${(liar.address() as AddressInfo).port}/media`, never), { message: 'The service is no websocket server.' })
  await t.rejects(tryWebSocket(`ws://127.0.0.2:${port}/media`, never), { code: 'forbidden' })
})
