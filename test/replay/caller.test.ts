import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { encodeMulaw } from '../../src/audio/mulaw.ts'
import { runCaller, type CallerStep } from '../../src/replay/caller.ts'
import { speechBounds } from '../../src/replay/speech-bounds.ts'
import { socketPair } from '../../src/replay/transport.ts'
import { TwilioPhone } from '../../src/replay/twilio-phone.ts'
import type { MediaSocket } from '../../src/twilio/media-socket.ts'
import { runVirtually } from '../../src/replay/virtual-time.ts'

/** μ-law of a buzz: silence, sound, silence. */
const buzz = (beforeMs: number, soundMs: number, afterMs: number) => encodeMulaw(Int16Array.from({ length: (beforeMs + soundMs + afterMs) * 8 },
  (_, i) => i >= beforeMs * 8 && i < (beforeMs + soundMs) * 8 ? 8000 * Math.sin(i / 5) : 0))

const LOUD = buzz(0, 20, 0)

/** Greets after 300 ms for a second; answers 600 ms after the caller has stopped; clears when it is spoken over for 200 ms; hangs up after `replies`. */
class Agent {
  #streamSid = ''
  #loudMs = 0
  #quietMs = 0
  #playingUntilMs = 0
  #owesReply = false
  readonly #clock: VirtualClock
  readonly #gateway: MediaSocket
  #replies: number

  constructor (clock: VirtualClock, gateway: MediaSocket, replies: number) {
    this.#clock = clock
    this.#gateway = gateway
    this.#replies = replies
    gateway.onMessage((data) => {
      const message = JSON.parse(String(data))
      if (message.event === 'start') {
        this.#streamSid = message.streamSid
        clock.setTimeout(() => this.#speak(1000), 300)
      }
      if (message.event === 'media') this.#hear(Buffer.from(message.media.payload, 'base64'))
    })
  }

  #hear (frame: Uint8Array) {
    const isLoud = frame.some((byte) => (byte & 0x7f) < 0x30)
    this.#loudMs = isLoud ? this.#loudMs + 20 : 0
    this.#quietMs = isLoud ? 0 : this.#quietMs + 20
    if (isLoud) this.#owesReply = true
    if (this.#loudMs === 200 && this.#clock.now() < this.#playingUntilMs) this.#send('clear', {})
    if (!this.#owesReply || this.#quietMs !== 600) return
    this.#owesReply = false
    if (this.#replies-- === 0) return this.#gateway.close()
    this.#speak(2000)
  }

  #speak (ms: number) {
    this.#playingUntilMs = this.#clock.now() + ms
    this.#send('media', { media: { payload: Buffer.alloc(ms * 8, 1).toString('base64') } })
  }

  #send (event: string, body: object) { this.#gateway.send(JSON.stringify({ event, streamSid: this.#streamSid, ...body })) }
}

const callWith = async (steps: CallerStep[], replies = Infinity) => {
  const clock = new VirtualClock(0)
  const phone = new TwilioPhone({
    clock,
    post: async () => ({ status: 200, contentType: 'text/xml', body: '<Response><Connect><Stream url="wss://gw/"/></Connect></Response>' }),
    connect: async () => {
      const { phone, gateway } = socketPair()
      // eslint-disable-next-line no-new
      new Agent(clock, gateway, replies)
      return phone
    },
    voiceUrl: 'https://gw/',
    from: '+15550111',
    to: '+15550100',
    accountSid: 'AC1',
    authToken: 'secret'
  })
  const report = await runVirtually(clock, runCaller(clock, phone, steps), 120_000)
  return { report, phone, clock }
}

test('waits for the greeting, speaks, and tells how long the reply took from the end of speech', async (t) => {
  const { report, clock } = await callWith([
    { do: 'listen' },
    { do: 'say', audio: buzz(100, 500, 300), label: 'one' },
    { do: 'listen', quietMs: 500 },
    { do: 'say', audio: buzz(0, 500, 0), label: 'two' },
    { do: 'listen' }
  ])
  t.equal(report.greetingMs, 300)
  // The greeting ends at 1,300; the caller waits 800 ms more and begins at the next frame.
  t.same(report.utterances, [
    { label: 'one', speechStartMs: 2200, speechEndMs: 2700, complete: true, replyMs: 600, clearMs: undefined, cutIn: false },
    { label: 'two', speechStartMs: 5800, speechEndMs: 6300, complete: true, replyMs: 600, clearMs: undefined, cutIn: false }
  ])
  t.match(report, { endedBy: 'caller', gaps: [] })
  t.equal(clock.pendingTimers, 0)
})

test('speaks over the agent and tells when it was cleared', async (t) => {
  const { report } = await callWith([
    { do: 'say', audio: buzz(0, 500, 0), label: 'over the greeting', intoAgentMs: 400 },
    { do: 'listen' },
    { do: 'say', audio: buzz(0, 100, 0), label: 'after the reply' }
  ])
  t.match(report.utterances, [{ speechStartMs: 700, clearMs: 200, replyMs: 600 }, { clearMs: undefined }])
  t.equal(report.utterances[1]?.speechStartMs, 700 + 500 + 600 + 2000 + 800, 'the reply was waited for, not the silence after the clear')
})

test('ends with the gateway, in the middle of any step', async (t) => {
  const { report } = await callWith([{ do: 'listen' }, { do: 'say', audio: LOUD, label: 'bye' }, { do: 'wait', forMs: 60_000 }, { do: 'press', digits: '1' }], 0)
  t.match(report, { endedBy: 'gateway', reason: 'the TwiML ended' })
  t.ok(report.durationMs < 4000)
  t.same(report.utterances.map(({ replyMs }) => replyMs), [undefined])
})

test('presses keys and hangs up', async (t) => {
  const { report, phone } = await callWith([{ do: 'wait', forMs: 100 }, { do: 'press', digits: '12#' }, { do: 'hang_up' }, { do: 'wait', forMs: 60_000 }])
  t.match(phone.events.filter(({ type }) => type === 'digit'), [{ digit: '1', atMs: 100 }, { digit: '2', atMs: 350 }, { digit: '#', atMs: 600 }])
  t.equal(report.durationMs, 850)
})

test('a script that waits in vain goes on', async (t) => {
  const { report } = await callWith([{ do: 'listen' }, { do: 'listen', timeoutMs: 5000 }, { do: 'say', audio: LOUD, label: 'hello?', intoAgentMs: 0 }])
  t.ok(report.durationMs > 30_000)
})

test('finds where speech begins and ends', async (t) => {
  t.same(speechBounds(buzz(100, 500, 300)), { startMs: 100, endMs: 600 })
  t.same(speechBounds(buzz(50, 0, 0)), { startMs: 0, endMs: 50 })
  t.same(speechBounds(new Uint8Array(0)), { startMs: 0, endMs: 0 })
})
