import { test } from 'tap'
import fc from 'fast-check'
import { VirtualClock } from '../../src/clock.ts'
import type { CallAgent } from '../../src/call/agent.ts'
import { Reply } from '../../src/call/reply.ts'
import type { CallTools } from '../../src/call/tools/index.ts'
import type { ToolOutcome } from '../../src/call/tools/tool.ts'
import { DEFAULT_TURN_TAKING } from '../../src/call/turn-taking.ts'
import type { Llm, LlmEvent, LlmMessage, LlmRequest } from '../../src/llm/llm.ts'
import { SimulatedLlm, type SimulatedLlmOptions } from '../../src/replay/simulated-llm.ts'
import { SimulatedTts, type SimulatedTtsOptions } from '../../src/replay/simulated-tts.ts'
import { sleep } from '../../src/sleep.ts'

const AGENT: CallAgent = { id: 'a', sttModel: '', inferenceModel: 'gpt', ttsModel: '', ttsVoice: '', systemPrompt: '', greeting: '', temperature: 0.3, maxTokens: 99, language: 'en', sttLanguage: 'en', turnTaking: DEFAULT_TURN_TAKING }
const MESSAGES: LlmMessage[] = [{ role: 'user', content: 'Is there a table tonight?' }]
const TEXT = 'Yes, there is a table for you tonight. Shall I keep it until eight? It is by the window, and very quiet.'
const call = (id: string, name = 'look'): LlmEvent => ({ type: 'tool_call', id, name, arguments: '{}' })

interface Options {
  llm?: Partial<SimulatedLlmOptions>
  tts?: Partial<SimulatedTtsOptions>
  toolMs?: number
  outcome?: (name: string) => ToolOutcome
}

const setUp = ({ llm = {}, tts = {}, toolMs = 500, outcome = (name) => ({ content: `${name} is done` }) }: Options = {}) => {
  const clock = new VirtualClock(0)
  const simulatedLlm = new SimulatedLlm({ clock, reply: () => TEXT, ...llm })
  const simulatedTts = new SimulatedTts({ clock, ...tts })
  const log: string[] = []
  const requests: LlmRequest[] = []
  const watched: Llm = {
    stream (request, signal) {
      requests.push(structuredClone(request))
      return simulatedLlm.stream(request, signal)
    }
  }
  let running = 0
  const toolBox: CallTools = {
    tools: [{ name: 'look', description: '', parameters: {} }],
    async run ({ name, id }, signal) {
      log.push(`${name} ${id}@${clock.now()}`)
      running++
      try {
        await sleep(clock, toolMs, signal)
      } finally {
        running--
      }
      return outcome(name)
    }
  }
  const reply = new Reply({ clock, llm: watched, tts: simulatedTts, agent: AGENT, toolBox }, MESSAGES, {
    onReady: () => log.push(`ready@${clock.now()}`),
    onFailed: (_reply, error) => log.push(`failed@${clock.now()} ${error instanceof Error ? error.message : ''}`)
  })
  return {
    clock,
    reply,
    requests,
    log,
    /** Listens: reads what there is. */
    heard: () => reply.utterance.heardText(reply.utterance.speech.length),
    left: () => ({ llm: simulatedLlm.behaviour.open, tts: simulatedTts.behaviour.open, tools: running, timers: clock.pendingTimers }),
    ttsRequests: () => simulatedTts.behaviour.requests
  }
}
const NOTHING = { llm: 0, tts: 0, tools: 0, timers: 0 }

test('it is ready with its first sound and waits there; committed, it says all of the text', async (t) => {
  const { clock, reply, requests, log, heard, left, ttsRequests } = setUp()
  await clock.advance(20_000)
  t.equal(log.length, 1)
  t.equal(reply.times.llmFirstTokenAtMs, 350)
  t.ok(reply.times.firstClauseAtMs! < 350 + 6 * 20, 'a clause is enough')
  t.equal(reply.times.ttsFirstByteAtMs, reply.times.firstClauseAtMs! + 150)
  t.equal(log[0], `ready@${reply.times.ttsFirstByteAtMs}`)
  t.ok(reply.ready)
  t.equal(ttsRequests(), 1, 'no more than the first piece before the commit')
  t.ok(TEXT.startsWith(heard()) && heard().length > 5 && heard() !== TEXT, heard())
  reply.commit()
  await clock.advance(20_000)
  t.equal(heard(), TEXT)
  t.ok(reply.utterance.speech.ended)
  t.match(requests, [{ model: 'gpt', messages: MESSAGES, temperature: 0.3, maxTokens: 99, tools: [{ name: 'look' }] }])
  t.same(left(), NOTHING)
})

test('tools run only after the commit, and their results go back to the model', async (t) => {
  const { clock, reply, requests, log, heard, left } = setUp({ llm: { reply: ({ messages }) => messages.at(-1)?.role === 'tool' ? 'It is booked.' : [call('1'), call('2', 'book')] } })
  await clock.advance(5000)
  t.same(log, ['ready@390'], 'nothing more can be done')
  t.notOk(reply.toolsRan)
  reply.commit()
  await clock.advance(200)
  t.ok(reply.toolsRan)
  await clock.advance(10_000)
  t.same(log, ['ready@390', 'look 1@5000', 'book 2@5500'])
  const exchanged: LlmMessage[] = [
    { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'look', arguments: '{}' }] },
    { role: 'tool', toolCallId: '1', content: 'look is done' },
    { role: 'assistant', content: '', toolCalls: [{ id: '2', name: 'book', arguments: '{}' }] },
    { role: 'tool', toolCallId: '2', content: 'book is done' }
  ]
  t.same(requests[1]?.messages, [...MESSAGES, ...exchanged])
  t.same(reply.toolMessages, exchanged)
  t.equal(heard(), 'It is booked.')
  t.same(left(), NOTHING)
})

test('what is said beside a tool call is known in the next round, but is no part of the exchange', async (t) => {
  const { clock, reply, requests, heard } = setUp({ llm: { reply: ({ messages }) => messages.at(-1)?.role === 'tool' ? 'There is one.' : [{ type: 'text', text: 'Let me have a look.' }, call('1')] } })
  reply.commit()
  await clock.advance(10_000)
  t.same(requests[1]?.messages.map(({ role, content }) => `${role}: ${content}`), ['user: Is there a table tonight?', 'assistant: Let me have a look.', 'assistant: ', 'tool: look is done'])
  t.equal(reply.toolMessages.length, 2)
  t.equal(heard(), 'Let me have a look. There is one.')
})

test('a reply cut between two tools remembers the first', async (t) => {
  const { clock, reply, left } = setUp({ llm: { reply: () => [call('1'), call('2')] } })
  reply.commit()
  await clock.advance(1000)
  reply.abort()
  t.same(reply.toolMessages.map(({ role }) => role), ['assistant', 'tool'])
  await clock.advance(1000)
  t.equal(reply.toolMessages.length, 2)
  t.same(left(), NOTHING)
})

test('a model that goes round in circles is stopped: five rounds, the last without tools', async (t) => {
  let round = 0
  const { clock, reply, requests, log, heard, left } = setUp({ llm: { reply: () => [{ type: 'text', text: `Round ${++round}. ` }, call(`${round}`)] } })
  reply.commit()
  await clock.advance(60_000)
  t.same(requests.map(({ tools }) => tools?.length ?? 0), [1, 1, 1, 1, 0])
  t.equal(log.filter((line) => line.startsWith('look')).length, 4)
  t.match(heard(), /Round 5\.$/)
  t.ok(reply.utterance.speech.ended)
  t.same(left(), NOTHING)
})

test('a tool that ends the call ends the reply: the model is not asked again', async (t) => {
  for (const effect of [{ type: 'end_call' as const }, { type: 'transfer' as const, to: '+4930123', announcement: 'I put you through.' }]) {
    const { clock, reply, requests } = setUp({ llm: { reply: () => [{ type: 'text', text: 'Goodbye then.' }, call('1')] }, outcome: () => ({ content: 'Done.', effect }) })
    reply.commit()
    await clock.advance(10_000)
    t.equal(requests.length, 1)
    t.same(reply.effects, [effect])
    t.ok(reply.utterance.speech.ended)
  }
})

test('a model that says nothing has failed: silence is no reply', async (t) => {
  const { clock, reply, log, left } = setUp({ llm: { reply: () => '' } })
  await clock.advance(1000)
  t.same(log, ['failed@350 The model said nothing.'])
  t.equal(reply.utterance.text, '')
  t.same(left(), NOTHING)
})

test('a filler goes in while the model or a tool takes its time', async (t) => {
  const { clock, reply, heard } = setUp({ llm: { reply: ({ messages }) => messages.at(-1)?.role === 'tool' ? 'There is one.' : [call('1')] }, toolMs: 5000 })
  reply.commit()
  await clock.advance(3000)
  reply.fill('One moment, please.', new Uint8Array(8000))
  await clock.advance(10_000)
  t.equal(heard(), 'One moment, please. There is one.')
})

test('a failure is told of once, stops the other half, and ends with an apology after what was said', async (t) => {
  const cases: Array<[string, Options]> = [
    ['no model', { llm: { fail: () => ({ kind: 'error', code: 'provider_unavailable' }) } }],
    ['model cut', { llm: { fail: () => ({ kind: 'cut', afterPieces: 12 }) } }],
    ['no voice', { tts: { fail: () => ({ kind: 'error', code: 'provider_rejected' }) } }],
    ['voice cut', { tts: { fail: (request) => request === 1 ? { kind: 'cut', afterPieces: 4 } : undefined, realTimeFactor: 0.5 } }]
  ]
  for (const [name, options] of cases) {
    const { clock, reply, log, heard, left } = setUp(options)
    reply.commit()
    await clock.advance(10_000)
    t.equal(log.filter((line) => line.startsWith('failed')).length, 1, name)
    t.same(left(), NOTHING, `${name}: nothing goes on`)
    t.notOk(reply.utterance.speech.ended, `${name}: the apology is still to come`)
    const said = heard()
    t.ok(TEXT.startsWith(said), said)
    reply.apologise('I am sorry.', new Uint8Array(8000))
    t.ok(reply.ready)
    t.equal(heard(), `${said} I am sorry.`.trim(), name)
    t.ok(reply.utterance.speech.ended)
  }
})

test('no tool runs for a reply whose voice has failed', async (t) => {
  const { clock, reply, log } = setUp({
    llm: { reply: () => [{ type: 'text', text: 'Let me have a look at that.' }, ...Array.from({ length: 50 }, () => ({ type: 'text' as const, text: ' ' })), call('1')] },
    tts: { fail: () => ({ kind: 'error', code: 'provider_rejected' }) }
  })
  reply.commit()
  await clock.advance(10_000)
  t.same(log.map((line) => line.split('@')[0]), ['failed'])
})

test('without an apology at hand a failed reply ends with what was said', async (t) => {
  const { clock, reply, log } = setUp({ llm: { fail: () => ({ kind: 'error', code: 'provider_unavailable' }) } })
  await clock.advance(100)
  reply.apologise('I am sorry.', undefined)
  t.ok(reply.utterance.speech.ended)
  t.equal(reply.utterance.text, '')
  t.same(log, ['failed@0 The provider failed.', 'ready@100'])
})

test('an apology that comes after the abort is not said', async (t) => {
  const { clock, reply, log } = setUp({ llm: { fail: () => ({ kind: 'error', code: 'provider_unavailable' }) } })
  await clock.advance(100)
  reply.abort()
  reply.apologise('I am sorry.', new Uint8Array(8000))
  t.equal(reply.utterance.text, '')
  t.equal(reply.utterance.speech.length, 0)
  t.notOk(log.some((line) => line.startsWith('ready')))
})

test('cut in the middle of a piece that is still being synthesised, only the words there was time for were heard', async (t) => {
  const sentence = 'This is one long sentence without any mark in it that takes a while to say and to synthesise as well.'
  const { clock, reply } = setUp({ llm: { reply: () => sentence, tokenMs: 0, firstTokenMs: 0 }, tts: { realTimeFactor: 1 } })
  reply.commit()
  await clock.advance(2150)
  reply.abort()
  const { speech } = reply.utterance
  const characters = speech.length / 8000 * 15
  const heard = reply.utterance.heardText(speech.length)
  t.ok(sentence.startsWith(heard) && heard.length <= characters && heard.length > characters - 15, `"${heard}" in ${speech.length / 8} ms`)
})

test('property: aborted at any moment it leaves nothing running, calls nobody back and no failure goes unheard', async (t) => {
  const unheard: unknown[] = []
  const note = (error: unknown) => unheard.push(error)
  process.on('unhandledRejection', note)
  t.teardown(() => process.off('unhandledRejection', note))
  const failure = fc.option(fc.oneof(
    fc.constant({ kind: 'hang' as const }),
    fc.record({ kind: fc.constant('cut' as const), afterPieces: fc.nat({ max: 8 }) }),
    fc.record({ kind: fc.constant('error' as const), code: fc.constant('provider_unavailable' as const), afterMs: fc.nat({ max: 500 }) })
  ), { nil: undefined, freq: 4 })
  const answer = fc.constantFrom<string | LlmEvent[]>(TEXT, '', [call('1')], [{ type: 'text', text: TEXT }, call('1'), call('2')])
  const moments = fc.record({ commitAtMs: fc.nat({ max: 3000 }), fillAtMs: fc.nat({ max: 4000 }), abortAtMs: fc.nat({ max: 6000 }), apologyMs: fc.option(fc.nat({ max: 1000 }), { nil: undefined }) })
  await fc.assert(fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 6 }), fc.array(failure, { maxLength: 4 }), fc.array(failure, { maxLength: 4 }), moments, async (answers, llmFailures, ttsFailures, moments) => {
    let asked = 0
    const { clock, reply, log, left } = setUp({
      llm: { reply: () => answers[asked++ % answers.length]!, fail: (request) => llmFailures[request] },
      tts: { fail: (request) => ttsFailures[request], realTimeFactor: 0.6 }
    })
    clock.setTimeout(() => reply.commit(), moments.commitAtMs)
    clock.setTimeout(() => reply.fill('One moment.', new Uint8Array(800)), moments.fillAtMs)
    await clock.advance(moments.abortAtMs)
    if (!reply.committed && (reply.toolsRan || log.some((line) => line.startsWith('look')))) throw new Error('a tool before the commit')
    if (log.filter((line) => line.startsWith('ready')).length > 1) throw new Error('ready twice')
    reply.abort()
    const told = log.length
    const bytes = reply.utterance.speech.length
    if (moments.apologyMs !== undefined) clock.setTimeout(() => reply.apologise('Sorry.', new Uint8Array(8)), moments.apologyMs)
    await clock.advance(10_000)
    if (JSON.stringify(left()) !== JSON.stringify(NOTHING)) throw new Error(JSON.stringify(left()))
    if (log.length > told) throw new Error(log.slice(told).join())
    if (reply.utterance.speech.length > bytes || !reply.utterance.speech.ended) throw new Error('went on speaking')
  }), { numRuns: 150 })
  await new Promise((resolve) => setImmediate(resolve))
  t.same(unheard, [])
})
