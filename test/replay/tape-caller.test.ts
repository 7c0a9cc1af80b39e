import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { runTape } from '../../src/replay/tape-caller.ts'
import { parseTape, tapeLine, type TapeEntry } from '../../src/replay/tape.ts'
import { socketPair } from '../../src/replay/transport.ts'
import { TwilioPhone } from '../../src/replay/twilio-phone.ts'
import { runVirtually } from '../../src/replay/virtual-time.ts'
import { header } from '../support/tape-header.ts'

const at = (atMs: number, message: { event: string } & Record<string, unknown>): TapeEntry => ({ type: 'twilio', atMs, message })
const media = (ms: number, byte: number) => ({ event: 'media', streamSid: 'MZold', media: { track: 'inbound', chunk: '1', timestamp: '0', payload: Buffer.alloc(ms * 8, byte).toString('base64') } })

const tape = parseTape([
  tapeLine(header),
  ...[
    at(0, { event: 'connected' }), at(0, { event: 'start', start: { customParameters: { token: 'spent' } } }), at(20, media(20, 1)), at(55.5, media(30, 2)),
    at(60, { event: 'dtmf', dtmf: { track: 'inbound_track', digit: '7' } }), at(70, { event: 'mark', mark: { name: 'old' } }), at(200, media(20, 3)), at(250, { event: 'stop' }),
    at(300, media(20, 4))
  ].map(tapeLine)
].join(''), 'tape')

const play = async (hangUpAtMs = Infinity) => {
  const clock = new VirtualClock(0)
  const received: string[] = []
  const phone = new TwilioPhone({
    clock,
    post: async () => ({ status: 200, contentType: 'text/xml', body: '<Response><Connect><Stream url="wss://gw/"><Parameter name="token" value="new"/></Stream></Connect></Response>' }),
    connect: async () => {
      const { phone, gateway } = socketPair()
      gateway.onMessage((data) => {
        const message = JSON.parse(String(data))
        const what = { media: () => `${message.media.payload.length} ${message.media.chunk}`, start: () => message.start.customParameters.token, dtmf: () => message.dtmf.digit }
        received.push(`${message.event} ${what[message.event as keyof typeof what]?.() ?? ''}@${clock.now()}`)
      })
      if (hangUpAtMs < Infinity) clock.setTimeout(() => gateway.close(), hangUpAtMs)
      return phone
    },
    voiceUrl: 'https://gw/',
    from: '+15550111',
    to: '+15550100',
    accountSid: 'AC1',
    authToken: 'secret',
    microphone: false
  })
  await runVirtually(clock, runTape(clock, phone, tape), 10_000)
  return { received, phone, clock }
}

test('plays the caller at the times of the tape, with the new call\'s token, and ends where it ends', async (t) => {
  const { received, phone, clock } = await play()
  t.same(received, ['connected @0', 'start new@0', 'media 216 1@20', 'media 320 2@55.5', 'dtmf 7@60', 'media 216 3@200', 'stop @250'])
  const { caller } = phone.recording()
  t.equal(caller.length, 250 * 8)
  t.same([...new Set(caller.subarray(0, 160))], [1])
  t.equal(caller[Math.round(40 * 8)], 2)
  t.equal(clock.pendingTimers, 0)
})

test('ends when the gateway hangs up', async (t) => {
  const { received, phone } = await play(100)
  t.equal(received.length, 5)
  t.match(phone.events.at(-1), { type: 'ended', by: 'gateway' })
})
