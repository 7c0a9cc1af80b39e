import { once } from 'node:events'
import { test, type Test } from 'tap'
import { WebSocket } from 'ws'
import { sign } from '../../src/replay/sign.ts'
import { CALLER_NUMBER, DEMO_NUMBER } from '../../src/replay/seed.ts'
import type { CallerStep } from '../../src/replay/caller.ts'
import { socketPair } from '../../src/replay/transport.ts'
import { acceptMediaStream } from '../../src/twilio/media-stream.ts'
import { build, buildVirtual, call, say, type ListeningGateway } from '../support/build.ts'

/** A call as the webhook leaves it: its sid and the token of its stream. */
async function answered (gateway: ListeningGateway): Promise<{ callSid: string, token: string }> {
  const phone = gateway.phone()
  const { stores } = gateway.deps
  const registered = await stores.phones.findActiveByNumber(DEMO_NUMBER)
  const form = { CallSid: phone.callSid, AccountSid: registered!.twilioAccountSid, From: CALLER_NUMBER, To: DEMO_NUMBER, CallStatus: 'ringing', Direction: 'inbound' }
  const url = 'https://gateway.test/twilio/voice'
  const response = await gateway.app.inject({
    method: 'POST',
    url: '/twilio/voice',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': sign(stores.phones.decryptAuthToken(registered!), url, form) },
    payload: new URLSearchParams(form).toString()
  })
  const token = /name="token" value="([^"]+)"/.exec(response.body)?.[1]
  if (token === undefined) throw new Error(response.body)
  return { callSid: phone.callSid, token }
}

const start = (callSid: string, token: string, streamSid = 'MZ1') => JSON.stringify({
  event: 'start',
  sequenceNumber: '1',
  streamSid,
  start: { streamSid, callSid, accountSid: 'AC1', tracks: ['inbound'], customParameters: { token }, mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 } }
})
const media = (payload: string, streamSid = 'MZ1') => JSON.stringify({ event: 'media', streamSid, media: { track: 'inbound', chunk: '1', timestamp: '0', payload } })
const SILENCE = Buffer.alloc(160, 0xFF).toString('base64')

/** A socket, what it has received, and how it was closed. */
async function open (t: Test, gateway: ListeningGateway) {
  const socket = new WebSocket(`${gateway.address.replace('http', 'ws')}/twilio/media`)
  const received: Array<{ event: string }> = []
  socket.on('message', (data) => received.push(JSON.parse(String(data)) as { event: string }))
  const closed = once(socket, 'close').then(([code]) => Number(code))
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  const firstAudio = async () => { while (!received.some(({ event }) => event === 'media')) await once(socket, 'message') }
  return { socket, received, closed, firstAudio }
}

const ended = async (gateway: ListeningGateway, callSid: string) => {
  while (gateway.deps.liveCalls.live > 0) await new Promise((resolve) => setImmediate(resolve))
  const record = await gateway.deps.stores.calls.findBySid(callSid)
  return { status: record?.status, end_reason: record?.end_reason, complete: record?.end_time instanceof Date && typeof record.duration_seconds === 'number' }
}

test('a stream begins with its token, once; the second stream of a call and a stolen token are refused', async (t) => {
  const gateway = await build(t)
  const { callSid, token } = await answered(gateway)
  const first = await open(t, gateway)
  first.socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}')
  first.socket.send(start(callSid, token))
  await first.firstAudio()
  t.match(gateway.deps.liveCalls.find(callSid)?.activity, { state: /agent_speaking|listening/, caller_words: '' }, 'whoever watches sees that it is being greeted, or has been')

  for (const wrong of [start(callSid, token, 'MZ2'), start(callSid, 'guess'), start('CAother', token), start(callSid, '')]) {
    const second = await open(t, gateway)
    second.socket.send(wrong)
    t.equal(await second.closed, 1008)
    t.same(second.received, [])
  }
  t.equal(gateway.deps.liveCalls.live, 1, 'the first goes on')
  first.socket.close()
  t.same(await ended(gateway, callSid), { status: 'completed', end_reason: 'connection_lost', complete: true })
})

test('what is not a message of Twilio\'s harms nobody: it is counted, and a hostile socket is closed', async (t) => {
  const gateway = await build(t)
  const { callSid, token } = await answered(gateway)
  const good = await open(t, gateway)
  // Media before the start, broken text, an unknown event, another stream's media, truncated base64: all survived.
  for (const text of [media(SILENCE), 'not json', '{"event":"news","x":1}', '{"event":"start","streamSid":"MZ1"}']) good.socket.send(text)
  good.socket.send(start(callSid, token))
  for (const text of [media(SILENCE, 'MZ9'), media('fwD'), start(callSid, token), media(''), media(Buffer.alloc(37, 0xFF).toString('base64')), media(Buffer.alloc(4000, 0xFF).toString('base64'))]) good.socket.send(text)
  await good.firstAudio()
  t.equal(gateway.deps.liveCalls.live, 1)
  const metrics = await gateway.deps.metrics.streamErrors.get()
  const counted = Object.fromEntries(metrics.values.map(({ labels, value }) => [labels.kind, value]))
  t.match(counted, { before_start: 1, malformed: 3, foreign_stream: 1, second_start: 1 })

  const binary = await open(t, gateway)
  binary.socket.send(Buffer.alloc(160))
  t.equal(await binary.closed, 1003)
  const huge = await open(t, gateway)
  huge.socket.send(media('A'.repeat(5_000_000)))
  t.equal(await huge.closed, 1009)
  const noisy = await open(t, gateway)
  for (let i = 0; i < 60; i++) noisy.socket.send('{')
  t.equal(await noisy.closed, 1008)
  t.equal(gateway.deps.liveCalls.live, 1, 'no other call notices')

  good.socket.send(JSON.stringify({ event: 'stop', streamSid: 'MZ1', stop: { callSid } }))
  t.equal(await good.closed, 1000)
  t.same(await ended(gateway, callSid), { status: 'completed', end_reason: 'caller_hung_up', complete: true })
})

test('a huge message in the middle of a call ends that call with a complete record', async (t) => {
  const gateway = await build(t)
  const { callSid, token } = await answered(gateway)
  const { socket, firstAudio, closed } = await open(t, gateway)
  socket.send(start(callSid, token))
  await firstAudio()
  socket.send(media('A'.repeat(5_000_000)))
  t.equal(await closed, 1009)
  t.same(await ended(gateway, callSid), { status: 'completed', end_reason: 'connection_lost', complete: true })
})

test('a socket that closes while its token is being checked leaves a completed record', async (t) => {
  const gateway = await build(t)
  const { callSid, token } = await answered(gateway)
  const { socket } = await open(t, gateway)
  const { calls } = gateway.deps.stores
  const redeem = calls.redeemStreamToken.bind(calls)
  const redeemed = new Promise<void>((resolve) => {
    calls.redeemStreamToken = async (...args) => {
      socket.terminate()
      await once(socket, 'close')
      const record = await redeem(...args)
      setImmediate(resolve)
      return record
    }
  })
  socket.send(start(callSid, token))
  await redeemed
  let state = await ended(gateway, callSid)
  for (let i = 0; i < 200 && state.status !== 'completed'; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    state = await ended(gateway, callSid)
  }
  t.match(state, { status: 'completed', complete: true })
})

test('a socket without a start is closed after ten seconds', async (t) => {
  const gateway = await buildVirtual(t)
  const { phone, gateway: socket } = socketPair()
  const closes: number[] = []
  phone.onClose((code) => closes.push(code))
  acceptMediaStream(socket, gateway.deps)
  await gateway.clock.advance(9_900)
  t.same(closes, [])
  await gateway.clock.advance(200)
  t.same(closes, [1008])
})

test('hanging up in the greeting, the recognition, the model and the voice: the record is complete and nothing goes on', async (t) => {
  // A caller who is cut short is kept with the words known by then: "Hello.", before a pause. After the end of speech recognition takes 300 ms, the model 350 ms and the voice 150 ms.
  const moments: Array<[where: string, steps: CallerStep[], turns: number]> = [
    ['greeting', [{ do: 'wait', forMs: 1500 }], 1],
    ['recognition', [{ do: 'listen' }, say('demo-1'), { do: 'wait', forMs: 200 }], 2],
    ['model', [{ do: 'listen' }, say('demo-1'), { do: 'wait', forMs: 550 }], 2],
    ['voice', [{ do: 'listen' }, say('demo-1'), { do: 'wait', forMs: 830 }], 2],
    ['reply', [{ do: 'listen' }, say('demo-1'), { do: 'wait', forMs: 2000 }], 3]
  ]
  for (const [where, steps, turns] of moments) {
    const gateway = await buildVirtual(t)
    const { transcript, phone } = await call(gateway, steps)
    const record = await gateway.deps.stores.calls.findBySid(phone.callSid)
    t.match(record, { status: 'completed', end_reason: 'caller_hung_up' }, where)
    t.equal(transcript.length, turns, `${where}: ${transcript.join(' / ')}`)
    // The phrases that the webhook has begun to get ready outlive the call.
    await gateway.clock.advance(60_000)
    t.equal(gateway.clock.pendingTimers, 0, where)
  }
})
