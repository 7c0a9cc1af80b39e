import { test } from 'tap'
import type { CallActivity } from '../../src/call/state.ts'
import type { ToolEffect } from '../../src/call/tools/tool.ts'
import type { LlmEvent, LlmRequest } from '../../src/llm/llm.ts'
import { Engine } from '../support/engine.ts'
import { replies } from '../../src/replay/simulated-llm.ts'

const TIMING = { sttMs: 300, llmMs: 350, ttsMs: 150 }
const PROVIDERS_MS = TIMING.sttMs + TIMING.llmMs + TIMING.ttsMs

test('a call: greeted, heard, answered, hung up; the record has both sides in order', async (t) => {
  const engine = await new Engine().greeted()
  await engine.say('what are your hours')
  const spokeUntilMs = engine.nowMs
  await engine.silence(5000)
  t.same(engine.transcript, [
    'assistant: Hello there.',
    'user: what are your hours',
    'assistant: You said: what are your hours Is there anything else?'
  ])
  const overMs = engine.log.find(({ what, atMs }) => what === 'sound' && atMs > spokeUntilMs)!.atMs - spokeUntilMs - PROVIDERS_MS
  t.ok(overMs <= 260, `${overMs} ms over the providers' own time, with 20 ms a token`)
  await engine.call.close('caller_hung_up')
  t.equal(engine.summaries[0]?.reason, 'caller_hung_up')
  t.equal(engine.summaries.length, 1)
  t.equal(engine.clock.pendingTimers, 0)
})

test('a greeting from the cache is on the line at once', async (t) => {
  const engine = new Engine()
  await engine.clock.advance(0)
  const ready = engine.phrases.prepare({ ttsModel: 'tts', ttsVoice: 'voice' }, 'Hello there.')
  await engine.clock.advance(2000)
  await ready
  const startMs = engine.nowMs
  engine.call.start()
  t.equal(engine.lastMs('sound'), startMs)
})

test('an empty greeting is the default one, in the agent\'s language', async (t) => {
  const engine = await new Engine({ agent: { greeting: '', language: 'de-DE' } }).greeted()
  await engine.silence(1000)
  t.match(engine.transcript[0], /^assistant: Guten Tag/)
})

test('a caller who pauses for less than the providers take is never cut off', async (t) => {
  for (const pauseMs of [200, 400, 600, 800]) {
    const engine = await new Engine().greeted()
    await engine.say('I would like')
    await engine.silence(pauseMs)
    await engine.say('a table for two')
    const spokeUntilMs = engine.nowMs
    await engine.silence(6000)
    t.equal(engine.transcript[1], 'user: I would like a table for two', `${pauseMs} ms`)
    t.ok(engine.log.filter(({ what }) => what === 'sound').every(({ atMs }) => atMs < 3000 || atMs >= spokeUntilMs), 'not a sound before the end')
    t.equal(engine.transcript.length, 3)
  }
})

test('a reply that began too early is taken back and the turn joined', async (t) => {
  const engine = await new Engine({ llm: { reply: replies(['It is four euros fifty for one of them.', 'Never asked twice.']) } }).greeted()
  await engine.say('how much is it')
  await engine.silence(1240)
  t.equal(engine.call.state, 'speaking', 'the reply has just begun')
  await engine.say('for three people')
  await engine.silence(6000)
  t.same(engine.transcript, [
    'assistant: Hello there.',
    'user: how much is it for three people',
    'assistant: It is four euros fifty for one of them.'
  ])
  t.equal(engine.eventsOf('retracted').length, 1)
  t.equal(engine.count('cleared'), 1)
})

test('a caller who speaks over the agent silences it, and only what was heard is kept', async (t) => {
  const story = 'Once upon a time there was a gateway that told very long stories about telephones to everybody who called it late at night.'
  const engine = await new Engine({ llm: { reply: replies([story, 'Very well.']) } }).greeted()
  await engine.say('tell me a story')
  await engine.silence(4000)
  t.equal(engine.call.state, 'speaking')
  const overMs = engine.nowMs
  await engine.say('stop it please now')
  const clearedAfterMs = engine.lastMs('cleared') - overMs
  t.ok(clearedAfterMs > 100 && clearedAfterMs <= 200, `cleared after ${clearedAfterMs} ms`)
  await engine.silence(5000)
  t.equal(engine.transcript.length, 5)
  const heard = engine.turns[2]!
  t.equal(heard.interrupted, true)
  t.ok(story.startsWith(heard.text) && heard.text.length > 20 && heard.text.length < story.length, heard.text)
  t.same(engine.transcript.slice(3), ['user: stop it please now', 'assistant: Very well.'])
  // The agent spoke for about 3.1 s at 15 characters a second.
  const spokenMs = engine.lastMs('cleared') - engine.log.findLast(({ what, atMs }) => what === 'sound' && atMs < overMs)!.atMs
  t.ok(Math.abs(heard.text.length - spokenMs * 15 / 1000) < 16, `${heard.text.length} characters in ${spokenMs} ms`)
})

test('"uh-huh" and a cough let the agent go on, and the reply counts as heard whole', async (t) => {
  const story = 'Once upon a time there was a gateway that told very long stories about telephones to everybody who called it late at night.'
  for (const said of ['uh-huh', 'cough']) {
    const engine: Engine = await new Engine({ llm: { reply: replies([story]) }, stt: { hear: (pcm): string => engine.words.hear(pcm).replace('cough', '') } }).greeted()
    await engine.say('tell me a story')
    await engine.silence(4000)
    await engine.say(said)
    await engine.silence(12_000)
    t.same(engine.transcript.slice(2, 4), [`assistant: ${story}`], said)
    t.equal(engine.eventsOf('resumed').length, 1, said)
    t.equal(engine.count('cleared'), 1)
  }
})

test('noise alone is no turn', async (t) => {
  const engine = await new Engine({ stt: { hear: () => '' } }).greeted()
  await engine.say('hum')
  await engine.silence(5000)
  t.same(engine.transcript, ['assistant: Hello there.'])
  t.equal(engine.call.state, 'listening')
  t.equal(engine.llm.behaviour.requests, 0)
})

test('a silent caller is asked twice, told goodbye, and hung up on after the last word', async (t) => {
  const engine = await new Engine().greeted()
  await engine.silence(60_000)
  t.same(engine.transcript.slice(1), [
    'assistant: Are you still there?',
    'assistant: Are you still there?',
    'assistant: I cannot hear you, so I will hang up now. Please call again. Goodbye.'
  ])
  t.ok(engine.lastMs('hung up') >= engine.lastMs('quiet'))
  t.equal(engine.summaries[0]?.reason, 'silent_caller')
  t.equal(engine.call.state, 'closed')
})

test('a call that lasts as long as it may is ended with a sentence', async (t) => {
  const engine = await new Engine({ turnTaking: { maxCallMs: 10_000, idleMs: 0 } }).greeted()
  await engine.silence(20_000)
  t.match(engine.transcript.at(-1), /have to end our call/)
  t.equal(engine.summaries[0]?.reason, 'max_duration')
})

test('whatever fails, the caller hears a sentence and the call goes on', async (t) => {
  const down = () => ({ kind: 'error', code: 'provider_unavailable' } as const)
  const misheard = await new Engine({ stt: { fail: (n) => n === 0 ? down() : undefined } }).greeted()
  await misheard.say('hello you')
  await misheard.silence(5000)
  t.match(misheard.transcript.at(-1), /did not catch that/)

  for (const llm of [{ fail: (n: number) => n === 0 ? down() : undefined }, { fail: (n: number) => n === 0 ? { kind: 'cut', afterPieces: 5 } as const : undefined }]) {
    const engine = await new Engine({ llm: { reply: () => 'One two three four five six seven eight.', ...llm } }).greeted()
    await engine.say('hello you')
    await engine.silence(8000)
    t.match(engine.transcript.at(-1), /having some trouble/)
    await engine.say('again please')
    await engine.silence(8000)
    t.equal(engine.transcript.at(-1), 'assistant: One two three four five six seven eight.')
  }

  const mute = new Engine({ tts: { fail: (n) => n >= 2 && n < 4 ? down() : undefined } })
  const apology = mute.phrases.prepare({ ttsModel: 'tts', ttsVoice: 'voice' }, 'I am sorry, I am having some trouble right now. Could you say that again?')
  await mute.clock.advance(3000)
  await apology
  await mute.greeted()
  await mute.say('hello you')
  await mute.silence(8000)
  t.match(mute.transcript.at(-1), /having some trouble/, 'from the cache, while the voice is away')
})

test('a reply that takes very long is covered by a filler', async (t) => {
  const engine = new Engine({ llm: { firstTokenMs: 4000 } })
  const filler = engine.phrases.prepare({ ttsModel: 'tts', ttsVoice: 'voice' }, 'One moment, please.')
  await engine.clock.advance(2000)
  await filler
  await engine.greeted()
  await engine.say('hello you')
  await engine.silence(10_000)
  t.equal(engine.transcript.at(-1), 'assistant: One moment, please. You said: hello you Is there anything else?')
})

test('hanging up at any moment leaves nothing behind', async (t) => {
  for (let atMs = 0; atMs <= 6000; atMs += 150) {
    const engine = new Engine({ llm: { reply: () => 'A long answer, with several pieces. Each of them is spoken. And then one more for good measure.' } })
    engine.call.start()
    let hungUp = false
    engine.clock.setTimeout(() => { hungUp = true; engine.call.close('caller_hung_up').catch(t.threw) }, atMs)
    await engine.silence(1500)
    await engine.say('hello you')
    await engine.silence(1500)
    await engine.say('and now')
    await engine.silence(2000)
    t.ok(hungUp)
    // The far end plays out what it has been sent.
    await engine.clock.advance(500)
    t.equal(engine.summaries.length, 1, `one end at ${atMs} ms`)
    t.equal(engine.clock.pendingTimers, 0, `no timer after ${atMs} ms`)
    t.same([engine.stt, engine.llm].map((provider) => provider.behaviour.open), [0, 0], 'no request')
    t.equal(engine.call.state, 'closed')
  }
})

test('noise now and then does not keep a caller who is gone on the line', async (t) => {
  const engine = await new Engine({ stt: { hear: () => '' } }).greeted()
  for (let i = 0; i < 20 && engine.call.state !== 'closed'; i++) {
    await engine.say('hum')
    await engine.silence(5000)
  }
  t.equal(engine.summaries[0]?.reason, 'silent_caller')
})

test('a slow reply to words that were not the last does not hurry the next turn', async (t) => {
  const engine = await new Engine({ llm: { firstTokenMs: 1800 } }).greeted()
  await engine.say('first of all')
  await engine.silence(1200)
  await engine.say('and second')
  const spokeUntilMs = engine.nowMs
  await engine.silence(1500)
  t.equal(engine.turns.length, 1, 'not committed by the clock of the words before')
  await engine.silence(6000)
  t.equal(engine.transcript[1], 'user: first of all and second')
  t.ok(engine.eventsOf('answered').length === 1 && spokeUntilMs > 0)
})

/** A model that says these words and asks for these tools, once, and a box in which every tool has an effect. */
const withTools = (text: string, effects: ToolEffect[]) => ({
  llm: {
    reply: ({ messages }: LlmRequest): LlmEvent[] => messages.at(-1)?.role === 'tool'
      ? []
      : [{ type: 'text' as const, text }, ...effects.map((effect, i) => ({ type: 'tool_call' as const, id: `c${i}`, name: effect.type, arguments: '{}' }))]
  },
  deps: {
    toolBox: {
      tools: effects.map(({ type }) => ({ name: type, description: '', parameters: { type: 'object' } })),
      run: async ({ name }: { name: string }) => {
        const effect = effects.find(({ type }) => type === name)
        return { content: 'Done.', ...(effect === undefined ? {} : { effect }) }
      }
    }
  }
})

test('what tools want done with the call is done in order, when the words before have been heard', async (t) => {
  const engine = await new Engine(withTools('Goodbye then.', [{ type: 'send_dtmf', digits: '1#' }, { type: 'end_call' }])).greeted()
  await engine.say('press one and hang up')
  await engine.silence(8000)
  t.equal(engine.transcript.at(-1), 'assistant: Goodbye then.')
  t.same(engine.log.slice(-4).map(({ what }) => what), ['sound', 'quiet', 'hung up', 'closed'])
  t.ok(engine.lastMs('hung up') >= engine.lastMs('quiet'), 'not before the tones have sounded')
  t.equal(engine.summaries[0]?.reason, 'agent_ended')
})

test('a caller is told before they are put through, and comes back when that fails', async (t) => {
  const transfer = { type: 'transfer' as const, to: '+14155550111', announcement: 'I will put you through.' }
  const engine = await new Engine(withTools('Of course.', [transfer])).greeted()
  await engine.say('a human please')
  await engine.silence(8000)
  t.same(engine.transcript.slice(-2), ['assistant: Of course.', 'assistant: I will put you through.'])
  t.ok(engine.lastMs('transferred to +14155550111') >= engine.lastMs('quiet'))
  t.equal(engine.summaries[0]?.reason, 'transferred')

  const options = withTools('Of course.', [transfer])
  const failing = await new Engine({ ...options, deps: { ...options.deps, control: { hangUp: async () => {}, transfer: async () => { throw new Error('busy') } } } }).greeted()
  await failing.say('a human please')
  await failing.silence(12_000)
  t.match(failing.transcript.at(-1), /having some trouble/)
  t.not(failing.call.state, 'closed')
})

test('a model that says nothing is apologised for', async (t) => {
  const engine = await new Engine({ llm: { reply: () => '' } }).greeted()
  await engine.say('hello you')
  await engine.silence(12_000)
  t.match(engine.transcript.at(-1), /having some trouble/)
})

test('keys are a turn of their own, and end what the agent is saying', async (t) => {
  const engine = await new Engine().greeted()
  for (const digit of ['1', '2', '#']) {
    engine.call.digit(digit)
    await engine.silence(300)
  }
  await engine.silence(8000)
  t.same(engine.transcript.slice(1), [
    'user: The caller pressed 1 2 on the keypad.',
    'assistant: You said: The caller pressed 1 2 on the keypad. Is there anything else?'
  ])
})

test('what is whispered is in the next reply, also in one that was prepared already, and is not spoken', async (t) => {
  const reply = ({ messages }: LlmRequest): LlmEvent[] => [{ type: 'text', text: messages.some(({ role, content }) => role === 'system' && content === 'Offer a discount.') ? 'Ten percent off.' : 'The full price.' }]
  const engine = await new Engine({ llm: { reply } }).greeted()
  await engine.say('what does it cost')
  await engine.silence(700)
  t.equal(engine.call.state, 'deciding')
  t.ok(engine.call.whisper('Offer a discount.'))
  await engine.silence(6000)
  t.same(engine.transcript, ['assistant: Hello there.', 'system: Offer a discount.', 'user: what does it cost', 'assistant: Ten percent off.'])
  await engine.call.close('caller_hung_up')
  t.notOk(engine.call.whisper('Too late.'))
  t.notOk(engine.call.transfer('+14155550177'))
})

test('a transfer from outside takes the floor, and is announced if asked for', async (t) => {
  for (const announcement of ['One moment.', undefined]) {
    const engine = await new Engine().greeted()
    await engine.say('hello')
    await engine.silence(100)
    t.ok(engine.call.transfer('+14155550177', announcement))
    t.notOk(engine.call.transfer('+14155550178'), 'once')
    await engine.silence(4000)
    t.equal(engine.log.filter(({ what }) => what === 'transferred to +14155550177').length, 1)
    t.equal(engine.transcript.includes('assistant: One moment.'), announcement !== undefined)
    t.equal(engine.summaries[0]?.reason, 'transferred')
    t.equal(engine.clock.pendingTimers, 0)
  }
})

test('whoever looks at a call sees what goes on in it, with the words that are not in the transcript yet', async (t) => {
  const engine = new Engine()
  const seen: CallActivity[] = []
  /** As somebody who looks at it five times a second. */
  const silence = async (ms: number) => {
    for (let left = ms; left > 0; left -= 200) {
      await engine.silence(200)
      seen.push(engine.call.activity)
    }
  }
  const changesOf = (field: keyof CallActivity) => seen.map((activity) => activity[field]).filter((value, n, all) => value !== all[n - 1])
  engine.call.start()
  await silence(3000)
  await engine.say('what are your')
  seen.push(engine.call.activity)
  await silence(400)
  await engine.say('hours')
  await silence(6000)
  t.same(changesOf('state'), ['thinking', 'agent_speaking', 'listening', 'caller_speaking', 'thinking', 'agent_speaking', 'listening'])
  t.same(changesOf('caller_words'), ['', 'what are your', 'what are your hours', ''])
  t.match(changesOf('agent_words').join(), /^,Hello,Hello there\.,,You,You said:,You said: what,.*,You said: what are your hours Is there anything else\?,$/)
  const both = seen.find(({ caller_words: caller, agent_words: agent }) => caller !== '' && agent !== '')
  t.same(both, { state: 'agent_speaking', caller_words: 'what are your hours', agent_words: 'You' }, 'the turn may yet be taken back')
  await engine.call.close('caller_hung_up')
  t.same(engine.call.activity, { state: 'ending', caller_words: '', agent_words: '' })
})
