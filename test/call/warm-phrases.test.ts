import { test } from 'tap'
import { Phrases } from '../../src/call/phrases.ts'
import { stockPhrases } from '../../src/call/stock-phrases.ts'
import { greetingOf, warmPhrases } from '../../src/call/warm-phrases.ts'
import { VirtualClock } from '../../src/clock.ts'
import { SimulatedTts } from '../../src/replay/simulated-tts.ts'

const AGENT = { greeting: '', language: 'fr', ttsModel: 'm', ttsVoice: 'v' }

test('the greeting first, then everything else an agent may have to say at once; a failure of one costs only that one', async (t) => {
  const clock = new VirtualClock()
  const tts = new SimulatedTts({ clock, fail: (n) => n === 2 ? { kind: 'error', code: 'provider_unavailable' } : undefined })
  const phrases = new Phrases(tts)
  const failures: unknown[] = []
  const warmed = warmPhrases(phrases, AGENT, (error) => failures.push(error))
  await clock.advance(2000)
  t.ok(phrases.peek(AGENT, greetingOf(AGENT)))
  t.equal(tts.behaviour.open, 1, 'one at a time')
  await clock.advance(60_000)
  await warmed
  t.equal(failures.length, 1)
  const { greeting, cutOff, apology, voicemail, ...rest } = stockPhrases('fr')
  t.notOk(phrases.peek(AGENT, apology), 'the third failed')
  for (const text of Object.values(rest)) t.ok(phrases.peek(AGENT, text), text)
  t.notOk(phrases.peek(AGENT, cutOff))
  t.notOk(phrases.peek(AGENT, voicemail), 'only for an agent that leaves messages')
  t.equal(greeting, greetingOf(AGENT))
})
