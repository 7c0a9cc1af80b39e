import { test } from 'tap'
import { WebSocketServer, type WebSocket } from 'ws'
import type { AddressInfo } from 'node:net'
import { VirtualClock, systemClock } from '../../src/clock.ts'
import { sign } from '../../src/replay/sign.ts'
import { connectWebSocket, socketPair } from '../../src/replay/transport.ts'
import { TwilioPhone } from '../../src/replay/twilio-phone.ts'
import type { MediaSocket } from '../../src/twilio/media-socket.ts'

type Message = Record<string, unknown> & { event: string }

const streamTwiml = (after = '') => `<Response><Connect><Stream url="wss://gw.example/media"><Parameter name="token" value="t&amp;1"/></Stream></Connect>${after}</Response>`

/** A phone whose gateway is a few lines of the test. */
const setUp = (documents: Record<string, string>, onConnect: (gateway: MediaSocket, headers: Record<string, string>) => void = () => {}) => {
  const clock = new VirtualClock(0)
  const received: Message[] = []
  const posted: Array<{ url: string, status: string | null }> = []
  const phone = new TwilioPhone({
    clock,
    post: async (url, headers, body) => {
      posted.push({ url, status: new URLSearchParams(body).get('CallStatus') })
      const path = new URL(url).pathname
      return path in documents
        ? { status: 200, contentType: 'text/xml', body: documents[path] ?? '' }
        : { status: 404, contentType: 'text/plain', body: '' }
    },
    connect: async (url, headers) => {
      const { phone, gateway } = socketPair()
      gateway.onMessage((data) => { received.push(JSON.parse(String(data))) })
      onConnect(gateway, headers)
      return phone
    },
    voiceUrl: 'https://gw.example/voice',
    from: '+15550111',
    to: '+15550100',
    accountSid: 'AC1',
    authToken: 'secret',
    callSid: 'CA1'
  })
  return { clock, phone, received, posted }
}

const streamSidOf = (received: Message[]) => String(received.find(({ event }) => event === 'start')?.streamSid)
const media = (streamSid: string, ms: number, byte: number) => JSON.stringify({ event: 'media', streamSid, media: { payload: Buffer.alloc(ms * 8, byte).toString('base64') } })

test('sends the messages that Twilio documents, a frame every 20 ms, and stop when the caller hangs up', async (t) => {
  let handshake: Record<string, string> = {}
  const { clock, phone, received } = setUp({ '/voice': streamTwiml() }, (_, headers) => { handshake = headers })
  const call = phone.call()
  await clock.advance(60)
  phone.press('5')
  await clock.advance(10)
  phone.hangUp()
  await call
  await clock.settle()
  const streamSid = streamSidOf(received)
  t.equal(handshake['x-twilio-signature'], sign('secret', 'wss://gw.example/media'))
  t.match(streamSid, /^MZ[0-9a-f]{32}$/)
  const silence = Buffer.alloc(160, 0xff).toString('base64')
  t.same(received, [
    { event: 'connected', protocol: 'Call', version: '1.0.0' },
    {
      event: 'start',
      sequenceNumber: '1',
      start: {
        accountSid: 'AC1',
        streamSid,
        callSid: 'CA1',
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: { token: 't&1' }
      },
      streamSid
    },
    { event: 'media', sequenceNumber: '2', media: { track: 'inbound', chunk: '1', timestamp: '0', payload: silence }, streamSid },
    { event: 'media', sequenceNumber: '3', media: { track: 'inbound', chunk: '2', timestamp: '20', payload: silence }, streamSid },
    { event: 'media', sequenceNumber: '4', media: { track: 'inbound', chunk: '3', timestamp: '40', payload: silence }, streamSid },
    { event: 'dtmf', sequenceNumber: '5', dtmf: { track: 'inbound_track', digit: '5' }, streamSid },
    { event: 'stop', sequenceNumber: '6', stop: { accountSid: 'AC1', callSid: 'CA1' }, streamSid }
  ])
  t.match(phone.events.at(-1), { type: 'ended', by: 'caller', atMs: 70 })
  t.equal(clock.pendingTimers, 0)
})

test('plays, returns marks, obeys clear, and records both sides where they were heard', async (t) => {
  let gateway: MediaSocket | undefined
  const { clock, phone, received } = setUp({ '/voice': streamTwiml() }, (end) => { gateway = end })
  const call = phone.call()
  await clock.advance(100)
  const streamSid = streamSidOf(received)
  const spoken = phone.speak(new Uint8Array(50 * 8).fill(7))
  gateway?.send(media(streamSid, 40, 1))
  gateway?.send(media(streamSid, 1000, 2))
  gateway?.send(JSON.stringify({ event: 'mark', streamSid, mark: { name: 'm' } }))
  await clock.advance(80)
  t.same(await spoken, { startMs: 100, endMs: 160, complete: true })
  gateway?.send(JSON.stringify({ event: 'clear', streamSid }))
  await clock.advance(20)
  t.match(received.filter(({ event }) => event === 'mark'), [{ event: 'mark', streamSid, mark: { name: 'm' } }])
  phone.hangUp()
  await call
  const { caller, agent } = phone.recording()
  const expected = (parts: Array<[ms: number, byte: number]>) => Buffer.concat(parts.map(([ms, byte]) => Buffer.alloc(ms * 8, byte)))
  t.ok(expected([[100, 0xff], [50, 7], [50, 0xff]]).equals(caller))
  t.ok(expected([[100, 0xff], [40, 1], [40, 2], [20, 0xff]]).equals(agent), 'what was cleared was not heard')
  t.match(phone.events.filter(({ type }) => type.startsWith('agent') || type === 'cleared'), [
    { type: 'agent_started', atMs: 100 }, { type: 'agent_stopped', atMs: 180 }, { type: 'cleared', unheardMs: 960, atMs: 180 }
  ])
})

test('tells what Twilio would not accept', async (t) => {
  const { clock, phone } = setUp({ '/voice': streamTwiml() }, (gateway) => {
    for (const text of ['no json', '[]', '{"event":"media","streamSid":"other"}']) gateway.send(text)
  })
  const call = phone.call()
  await clock.advance(20)
  phone.hangUp()
  await call
  t.same(phone.events.filter(({ type }) => type === 'protocol_error').length, 3)
})

test('goes on with the verb after Connect when the gateway closes the socket', async (t) => {
  const sockets: MediaSocket[] = []
  const { clock, phone, posted, received } = setUp({
    '/voice': streamTwiml('<Say>One moment.</Say><Redirect>/resume?n=1</Redirect>'),
    '/resume': streamTwiml()
  }, (gateway) => sockets.push(gateway))
  const call = phone.call()
  await clock.advance(100)
  const cutShort = phone.speak(new Uint8Array(8000))
  await clock.advance(30)
  sockets[0]?.close(1011, 'restart')
  await clock.advance(3000)
  t.match(await cutShort, { complete: false, endMs: 130 })
  t.match(phone.events.find(({ type }) => type === 'stream_closed'), { by: 'gateway', code: 1011, reason: 'restart' })
  t.match(phone.events.find(({ type }) => type === 'verb'), { name: 'Say', text: 'One moment.' })
  t.same(posted, [{ url: 'https://gw.example/voice', status: 'ringing' }, { url: 'https://gw.example/resume?n=1', status: 'in-progress' }])
  t.equal(received.filter(({ event }) => event === 'start').length, 2, 'a stream of its own for each Connect')
  sockets[1]?.close()
  await call
  t.match(phone.events.at(-1), { type: 'ended', by: 'gateway', reason: 'the TwiML ended' })
})

test('the gateway ends or changes the call over REST', async (t) => {
  const { clock, phone, received } = setUp({ '/voice': streamTwiml() })
  const call = phone.call()
  await clock.advance(50)
  t.equal(phone.update({ twiml: '<Response><Dial>+15550122</Dial></Response>' }), true)
  await call
  await clock.settle()
  t.match(phone.events.slice(-2), [{ type: 'verb', name: 'Dial', text: '+15550122' }, { type: 'ended', by: 'gateway', reason: 'Dial +15550122' }])
  t.equal(received.at(-1)?.event, 'stop')
  t.equal(phone.update({ status: 'completed' }), false, 'the call is over')
})

test('a failing webhook ends the call as Twilio does', async (t) => {
  const { phone } = setUp({})
  await phone.call()
  t.match(phone.events.at(-1), { type: 'ended', by: 'error', reason: /404/ })
})

test('hanging up while the phone still rings opens no stream', async (t) => {
  const { phone, received } = setUp({ '/voice': streamTwiml() })
  const call = phone.call()
  phone.hangUp()
  await call
  t.same(received, [])
})

test('speaks to a real websocket in real time, and goes on when there is none', async (t) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  t.teardown(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/media`
  const frames: Message[] = []
  let signature: string | string[] | undefined
  server.on('connection', (socket: WebSocket, request) => {
    signature = request.headers['x-twilio-signature']
    socket.on('message', (data) => {
      const message: Message = JSON.parse(String(data))
      frames.push(message)
      if (frames.length === 2) {
        socket.send(media(String(message.streamSid), 300, 1))
        socket.send(JSON.stringify({ event: 'mark', streamSid: message.streamSid, mark: { name: 'end' } }))
      }
      if (message.event === 'mark') socket.close(1000, 'done')
    })
  })
  const phone = new TwilioPhone({
    clock: systemClock,
    post: async () => ({ status: 200, contentType: 'text/xml', body: `<Response><Connect><Stream url="${url}"/></Connect><Connect><Stream url="ws://127.0.0.1:1/"/></Connect></Response>` }),
    connect: connectWebSocket,
    voiceUrl: 'http://127.0.0.1/voice',
    from: '+15550111',
    to: '+15550100',
    accountSid: 'AC1',
    authToken: 'secret'
  })
  await phone.call()
  t.equal(signature, sign('secret', url))
  t.match(frames.find(({ event }) => event === 'mark'), { mark: { name: 'end' } })
  t.match(phone.events.map(({ type }) => type), ['webhook', 'stream_opened', 'agent_started', 'mark', 'agent_stopped', 'stream_closed', 'stream_failed', 'ended'])
})
