import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import type { CallAgent } from '../../src/call/agent.ts'
import { CallerAudio } from '../../src/call/caller-audio.ts'
import { Conversation } from '../../src/call/conversation.ts'
import type { CallEvent } from '../../src/call/events.ts'
import type { Line } from '../../src/call/line.ts'
import { Phrases } from '../../src/call/phrases.ts'
import { Reply } from '../../src/call/reply.ts'
import { FILLER_AFTER_MS, Speaker, wordless, type Speech } from '../../src/call/speaker.ts'
import { TranscriptWriter, type TranscriptTurn } from '../../src/call/transcript.ts'
import { Turn } from '../../src/call/turn.ts'
import { DEFAULT_TURN_TAKING } from '../../src/call/turn-taking.ts'
import { PlaybackBuffer } from '../../src/replay/playback-buffer.ts'
import { SimulatedLlm, type SimulatedLlmOptions } from '../../src/replay/simulated-llm.ts'
import { SimulatedStt } from '../../src/replay/simulated-stt.ts'
import { SimulatedTts, type SimulatedTtsOptions } from '../../src/replay/simulated-tts.ts'

const AGENT: CallAgent = { id: 'a', sttModel: '', inferenceModel: '', ttsModel: 'm', ttsVoice: 'v', systemPrompt: '', greeting: '', temperature: 0, maxTokens: 99, language: 'en', sttLanguage: 'en', turnTaking: DEFAULT_TURN_TAKING }
const ONE_MOMENT = 'One moment, please.'

const setUp = async (options: { llm?: Partial<SimulatedLlmOptions>, tts?: Partial<SimulatedTtsOptions>, prepared?: string[] } = {}) => {
  const clock = new VirtualClock(0)
  const log: string[] = []
  const events: CallEvent[] = []
  const turns: TranscriptTurn[] = []
  const finished: Speech[] = []
  const tts = new SimulatedTts({ clock, ...options.tts })
  const phrases = new Phrases(tts)
  for (const text of options.prepared ?? [ONE_MOMENT]) {
    const ready = phrases.prepare(AGENT, text)
    await clock.advance(5000)
    await ready
  }
  const far = new PlaybackBuffer(clock, {
    queued: () => {},
    started: () => log.push(`sound@${clock.now()}`),
    ranDry: () => log.push(`quiet@${clock.now()}`),
    cleared: () => log.push(`cleared@${clock.now()}`),
    markReached: (name) => speaker.markReturned(name)
  })
  let onAudio = () => {}
  const line: Line = { sendAudio: (mulaw) => { onAudio(); far.push(mulaw.slice()) }, sendMark: (name) => far.mark(name), sendClear: () => far.clear() }
  const writer = new TranscriptWriter(clock, { append: async (index, turn) => { turns[index] = turn }, complete: async () => {}, isRetryable: () => true }, () => {})
  const conversation = new Conversation('', writer, () => {})
  const speaker = new Speaker({ clock, line, agent: AGENT, phrases, conversation, oneMoment: ONE_MOMENT, tell: (event) => events.push(event), onFinished: (speech) => finished.push(speech) })
  const startMs = clock.now()
  return {
    clock,
    log,
    events,
    turns,
    finished,
    conversation,
    speaker,
    startMs,
    beforeAudio: (fn: () => void) => { onAudio = fn },
    answer: (reply: SimulatedLlmOptions['reply']): Speech => {
      const llm = new SimulatedLlm({ clock, ...options.llm, ...(reply === undefined ? {} : { reply }) })
      const turn = new Turn(1, 0, new SimulatedStt({ clock, hear: () => '' }), AGENT, new CallerAudio(), { onWords: () => {}, onFailed: () => {} })
      const made = new Reply({ clock, llm, tts, agent: AGENT, toolBox: { tools: [], run: async () => ({ content: '' }) } }, [{ role: 'user', content: 'Well?' }], { onReady: () => {}, onFailed: () => {} })
      made.commit()
      return { utterance: made.utterance, answer: { reply: made, turn, times: { speechEndAtMs: clock.now() - 100, wordsAtMs: clock.now(), reply: made.times } }, firstSoundAtMs: undefined }
    }
  }
}
const STORY = 'Once upon a time there was a gateway. It told long stories about telephones to everybody who called it late at night.'

test('a phrase from the cache is on the line at once, heard to its end, and recorded whole', async (t) => {
  const { clock, log, turns, finished, speaker, startMs } = await setUp({ prepared: ['Hello there.'] })
  const speech = speaker.phrase('Hello there.')
  speaker.speak(speech)
  t.ok(speaker.speaking)
  t.same(log, [`sound@${startMs}`])
  await clock.advance(5000)
  t.notOk(speaker.speaking)
  t.equal(finished[0], speech)
  t.equal(finished.length, 1)
  speaker.record(speech)
  await clock.settle()
  t.same(turns, [{ role: 'assistant', text: 'Hello there.', timestampMs: startMs }])
  t.equal(clock.pendingTimers, 0)
})

test('a phrase that is not in the cache sounds when it is synthesised; one that cannot be is over at once and was not said', async (t) => {
  const late = await setUp({ prepared: [] })
  late.speaker.speak(late.speaker.phrase('Hello there.'))
  await late.clock.advance(5000)
  t.equal(late.finished.length, 1)
  t.equal(late.log[0], `sound@${150 + 7 * 10}`, 'complete after its eight chunks')
  const never = await setUp({ prepared: [], tts: { fail: () => ({ kind: 'error', code: 'provider_unavailable' }) } })
  never.speaker.speak(never.speaker.phrase('Hello there.'))
  await never.clock.advance(10)
  t.match(never.events, [{ type: 'failure', stage: 'phrase' }])
  t.equal(never.finished.length, 1)
  never.speaker.record(never.finished[0]!)
  await never.clock.settle()
  t.same(never.turns, [])
})

test('an answer tells how long it took, and its turn carries the figures', async (t) => {
  const { clock, events, turns, finished, speaker, startMs, answer } = await setUp()
  speaker.speak(answer(() => STORY))
  await clock.advance(20_000)
  const latency: Record<string, number> = events.find((event) => event.type === 'answered')?.latency ?? {}
  t.equal(latency['sttMs'], 100)
  t.equal(latency['llmFirstTokenMs'], 450)
  t.equal(latency['firstFrameMs'], latency['ttsFirstByteMs'])
  t.equal(events.filter((event) => event.type === 'answered').length, 1)
  speaker.record(finished[0]!)
  await clock.settle()
  t.equal(turns[0]?.text, STORY)
  t.equal(turns[0]?.timestampMs, startMs - 100 + latency['firstFrameMs']!)
  t.ok(turns[0]!.latency!['firstMarkMs']! > latency['firstFrameMs']!)
  t.notOk('interrupted' in turns[0]!)
})

test('cut, it is silent on the line too, and only what was heard is recorded', async (t) => {
  const { clock, log, turns, finished, speaker, answer } = await setUp()
  const speech = answer(() => STORY)
  speaker.speak(speech)
  await clock.advance(4000)
  const heardBytes = speaker.cut()
  t.match(log.at(-1), /^cleared/)
  t.notOk(speaker.speaking)
  speech.answer?.reply.abort()
  speaker.record(speech, heardBytes)
  await clock.advance(10_000)
  t.equal(turns[0]?.interrupted, true)
  t.ok(STORY.startsWith(turns[0]!.text))
  const soundMs = Number(/\d+/.exec(log[0]!)![0])
  t.ok(Math.abs(turns[0]!.text.length - (Number(/\d+/.exec(log.at(-1)!)![0]) - soundMs) * 15 / 1000) < 12, turns[0]!.text)
  t.same(finished, [], 'what was cut does not finish')
  t.equal(clock.pendingTimers, 0)
})

test('cut before a sound, nothing was said', async (t) => {
  const { clock, turns, speaker, answer } = await setUp()
  const speech = answer(() => STORY)
  speaker.speak(speech)
  await clock.advance(200)
  speech.answer?.reply.abort()
  speaker.record(speech, speaker.cut())
  await clock.advance(5000)
  t.same(turns, [])
  t.equal(clock.pendingTimers, 0)
})

test('it goes on where it was stopped, not after, and finishes once', async (t) => {
  const { clock, log, turns, finished, speaker, answer } = await setUp()
  const speech = answer(() => STORY)
  speaker.speak(speech)
  await clock.advance(3000)
  const heardBytes = speaker.cut()
  await clock.advance(700)
  const resumedMs = clock.now()
  speaker.goOn(speech, heardBytes)
  await clock.advance(30_000)
  t.equal(finished.length, 1)
  const restMs = Number(/\d+/.exec(log.at(-1)!)![0]) - resumedMs
  const missingMs = (speech.utterance.speech.length - heardBytes) / 8
  t.ok(restMs >= missingMs && restMs <= missingMs + 500, `${restMs} ms for ${missingMs}`)
  speaker.record(speech)
  await clock.settle()
  t.equal(turns[0]?.text, STORY)
})

test('a slow answer is covered by a filler, again and again until it comes, and never in the middle of it', async (t) => {
  const { clock, turns, finished, speaker, answer, startMs, log } = await setUp({ llm: { firstTokenMs: 12_000 } })
  speaker.speak(answer(() => STORY))
  await clock.advance(30_000)
  t.equal(log[0], `sound@${startMs + FILLER_AFTER_MS}`)
  speaker.record(finished[0]!)
  await clock.settle()
  t.equal(turns[0]?.text, `${ONE_MOMENT} ${ONE_MOMENT} ${STORY}`)
  t.equal(clock.pendingTimers, 0)
})

test('no filler for what is no answer', async (t) => {
  const { clock, speaker, log } = await setUp({ prepared: [ONE_MOMENT], tts: { firstByteMs: 150, fail: (request) => request === 1 ? { kind: 'error', code: 'provider_timeout', afterMs: 9000 } : undefined } })
  speaker.speak(speaker.phrase('Hello there.'))
  await clock.advance(20_000)
  t.same(log, [])
})

test('a turn can be taken back until a moment after the first sound', async (t) => {
  const { clock, conversation, speaker, answer } = await setUp()
  conversation.hold({ role: 'user', text: 'Well?', timestampMs: 0 })
  speaker.speak(answer(() => STORY))
  await clock.advance(450 + 300)
  t.ok(conversation.isHolding, 'it has just begun to sound')
  await clock.advance(DEFAULT_TURN_TAKING.retractMs + 500)
  t.notOk(conversation.isHolding)
  conversation.hold({ role: 'user', text: 'And?', timestampMs: 0 })
  const speech = answer(() => STORY)
  speaker.speak(speech)
  await clock.advance(700)
  speaker.cut()
  await clock.advance(5000)
  t.ok(conversation.isHolding, 'a speech that was cut settles nothing by itself')
})

test('a line that breaks under the first frame leaves no timer', async (t) => {
  const { clock, speaker, answer, beforeAudio } = await setUp({ llm: { firstTokenMs: 0, tokenMs: 0 }, tts: { firstByteMs: 0, realTimeFactor: 0 } })
  const speech = answer(() => STORY)
  await clock.advance(100)
  beforeAudio(() => {
    speech.answer?.reply.abort()
    speaker.stop()
  })
  speaker.speak(speech)
  await clock.advance(10_000)
  t.equal(clock.pendingTimers, 0)
  t.notOk(speaker.speaking)
})

test('wordless audio is played and leaves no turn, and nothing at all is over at once', async (t) => {
  const { clock, log, turns, finished, speaker } = await setUp({ prepared: [] })
  speaker.speak(wordless(new Uint8Array(4000).fill(0x20)))
  await clock.advance(3000)
  t.same(log, ['sound@0', 'quiet@500'])
  speaker.speak(wordless())
  await clock.advance(0)
  t.equal(finished.length, 2)
  for (const speech of finished) speaker.record(speech)
  await clock.settle()
  t.same(turns, [])
})
