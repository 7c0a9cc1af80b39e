import type { FastifyBaseLogger } from 'fastify'
import { parseAgentTools } from '../call/tools/agent-tools.ts'
import type { HttpFetch } from '../call/tools/http-tool.ts'
import { buildTools, toolsOfCall } from '../call/tools/index.ts'
import { replyInText } from '../call/text-reply.ts'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Llm, LlmMessage } from '../llm/llm.ts'
import { llmOnBehalfOf } from '../metered.ts'
import type { Metrics } from '../metrics.ts'
import { Rounds } from '../rounds.ts'
import type { AgentRecord } from '../store/agents.ts'
import type { KeptMessage } from '../store/messages.ts'
import type { Stores } from '../store/stores.ts'
import { CallUsage } from '../usage.ts'
import { asConversation, recentCalls, textOf } from './background.ts'
import { heed, PERSON } from './keywords.ts'
import { isLoop, MAX_A_DAY } from './loops.ts'
import type { Messenger } from './messenger.ts'
import { splitText, typewritten } from './split.ts'

export interface AnswererDeps {
  clock: Clock
  stores: Stores
  llm: Llm
  /** How the agents' tools reach the internet. */
  fetch: HttpFetch
  messenger: Pick<Messenger, 'send' | 'work'>
  log: FastifyBaseLogger
  metrics: Pick<Metrics, 'texts'>
}

const ROUND_MS = 1_000
/** Answers that one process thinks about at a time. */
const MAX_AT_ONCE = 20
/** An answer with all its tools takes no longer. */
const DEADLINE_MS = 60_000
/** Longer than that, and the sending: after this, a message whose process died is another's. */
const LEASE_MS = 90_000
/** How often an answer is tried, and how long after a failure: a model that is away for longer is not waited for. */
const MAX_ATTEMPTS = 3
const RETRY_MS = 15_000
/** A message that has waited for so long is answered by nobody. */
const MAX_AGE_MS = 3_600_000
const DAY_MS = 86_400_000
/** Messages for one answer. */
const MAX_PARTS = 3

const IN_WRITING = 'You are answering by text message (SMS). Write one or two short sentences of plain text, under 300 characters if you can, in the language of the person. ' +
  'No markdown, no emoji. You cannot hang up, transfer or press keys here. What stands in square brackets, such as [image], was attached and cannot be seen by you.'
const TOOLS_MAY_HAVE_RUN = 'You began to answer this before and were cut off after you had used a tool; it is not known whether it worked. You have no tools now. If it matters, say that it will be checked.'

/** Answers text messages by the agents of their numbers: each once, by whichever process takes it. */
export class Answerer {
  readonly #deps: AnswererDeps
  readonly #abort = new AbortController()
  readonly #answering = new Set<Promise<void>>()
  #sending: Promise<void> = Promise.resolve()
  /** What is slow does not hold up the next round. */
  readonly #rounds: Rounds

  constructor (deps: AnswererDeps) {
    this.#deps = deps
    this.#rounds = new Rounds(deps.clock, ROUND_MS, () => this.#claim(), (err) => deps.log.error({ err }, 'text messages could not be answered'))
  }

  start (): void {
    this.#rounds.start()
  }

  /** Breaks off what is being thought about; another process goes on with it at once. */
  async stop (): Promise<void> {
    const claimed = this.#rounds.stop()
    this.#abort.abort(new EarshotError('draining'))
    await claimed
    await Promise.all([...this.#answering, this.#sending])
  }

  /** Takes up what is due now, and waits until it is done. */
  async work (): Promise<void> {
    await this.#claim()
    await Promise.all([...this.#answering, this.#sending])
  }

  async #claim (): Promise<void> {
    const { stores: { messages }, messenger } = this.#deps
    while (this.#answering.size < MAX_AT_ONCE && !this.#abort.signal.aborted) {
      const message = await messages.claimUnanswered(LEASE_MS)
      if (message === undefined) break
      if (this.#abort.signal.aborted) return await messages.postpone(message, this.#deps.clock.now())
      const answering = this.#answer(message).finally(() => this.#answering.delete(answering))
      this.#answering.add(answering)
    }
    this.#sending = this.#sending.then(() => messenger.work()).catch((err: unknown) => this.#deps.log.error({ err }, 'text messages could not be sent'))
  }

  async #answer (message: KeptMessage): Promise<void> {
    const { stores: { messages }, clock, log, metrics } = this.#deps
    try {
      const unanswered = await this.#tryToAnswer(message)
      await messages.settle(message, unanswered)
      metrics.texts.inc({ outcome: unanswered === undefined ? 'answered' : 'not_answered' })
      if (unanswered !== undefined) log.info({ messageId: message._id, reason: unanswered }, 'a text message is not answered')
    } catch (err) {
      const stopped = this.#abort.signal.aborted
      if (!stopped) log.warn({ err, messageId: message._id }, 'a text message could not be answered')
      const giveUp = !stopped && (message.attempts ?? 0) >= MAX_ATTEMPTS
      if (giveUp) metrics.texts.inc({ outcome: 'failed' })
      // Should this fail too, the lease runs out.
      await (giveUp ? messages.settle(message, 'failed') : messages.postpone(message, clock.now() + (stopped ? 0 : RETRY_MS)))
        .catch((err: unknown) => log.warn({ err }, 'a text message could not be given back'))
    }
  }

  /** Why there is no answer; undefined when there is one. */
  async #tryToAnswer (message: KeptMessage): Promise<string | undefined> {
    const { stores, clock } = this.#deps
    const { userId, fromNumber, toNumber } = message
    if (message.answer !== undefined) return await this.#send(message, message.answer)
    const heeded = await heed(stores, message)
    if (heeded !== undefined) return heeded
    if (clock.now() - message.created_at.getTime() > MAX_AGE_MS) return 'too_old'
    if (textOf(message) === '') return 'empty'
    if (!PERSON.test(fromNumber)) return 'not_a_person'
    // An agent of Earshot's at the other end would answer for ever.
    if (await stores.phones.findActiveByNumber(fromNumber) !== undefined) return 'loop'
    const agent = await stores.agents.findActiveIncoming(toNumber)
    if (agent?.userId !== userId) return 'no_agent'
    if (agent.smsReplies === false || (await stores.threads.get(userId, toNumber, fromNumber)).smsReplies === false) return 'switched_off'
    if (await stores.messages.hasNewer(message)) return 'superseded'
    const thread = await stores.messages.latest(userId, toNumber, fromNumber, new Date(clock.now() - DAY_MS), MAX_A_DAY * 3)
    if (isLoop(message, thread, clock.now())) return 'loop'

    let toolsRan = message.toolsRan === true
    const onTools = async () => {
      if (!await stores.messages.noteAnswer(message, { toolsRan: true })) throw new EarshotError('conflict', 'Another process has taken this message.')
      toolsRan = true
    }
    const text = typewritten(await this.#think(agent, message, onTools))
    // The model may say nothing where nothing is to be said ("Thanks!").
    if (text === '') return 'nothing_to_say'
    if (!toolsRan && await stores.messages.hasNewer(message)) return 'superseded'
    const answer = splitText(text, MAX_PARTS)
    if (!await stores.messages.noteAnswer(message, { answer })) throw new EarshotError('conflict', 'Another process has taken this message.')
    return await this.#send(message, answer, agent._id)
  }

  async #think (agent: AgentRecord, message: KeptMessage, onTools: () => Promise<void>): Promise<string> {
    const { stores, clock, fetch, log } = this.#deps
    const { userId, fromNumber, toNumber } = message
    const usage = new CallUsage(message.usage)
    const llm = llmOnBehalfOf(this.#deps.llm, usage)
    const [calls, newestFirst] = await Promise.all([
      recentCalls(stores, userId, toNumber, fromNumber, clock.now()),
      stores.messages.latest(userId, toNumber, fromNumber, new Date(clock.now() - 7 * DAY_MS), 100)
    ])
    const system = [agent.systemPrompt, IN_WRITING, ...(message.toolsRan === true ? [TOOLS_MAY_HAVE_RUN] : []), ...(calls === undefined ? [] : [calls])].filter((part) => part !== '').join('\n\n')
    const messages: LlmMessage[] = [{ role: 'system', content: system }, ...asConversation(newestFirst, toNumber)]
    const settings = message.toolsRan === true ? [] : parseAgentTools(stores.agents.decryptTools(agent) ?? []).filter(({ type }) => type === 'http')
    const noSms = async (): Promise<never> => { throw new EarshotError('invalid', 'No other message can be sent from here.') }
    const toolBox = toolsOfCall(buildTools(settings, { fetch, sendSms: noSms }), { callerNumber: fromNumber }, clock, ({ tool, error: err }) => { if (err !== undefined) log.warn({ err, tool }, 'a tool failed') })
    const limit = new AbortController()
    const timer = clock.setTimeout(() => limit.abort(new EarshotError('provider_timeout', 'The answer took too long.')), DEADLINE_MS)
    try {
      return await replyInText({ llm, agent, toolBox, onTools }, messages, AbortSignal.any([this.#abort.signal, limit.signal]))
    } finally {
      timer.cancel()
      await stores.messages.noteUsage(message._id, agent._id, usage.rows).catch((err: unknown) => log.warn({ err, messageId: message._id }, 'what an answer has used could not be stored'))
    }
  }

  /** Each part once, however often this is begun. */
  async #send (message: KeptMessage, answer: readonly string[], agentId?: string): Promise<string | undefined> {
    const { stores, messenger } = this.#deps
    const by = agentId ?? (await stores.agents.findActiveIncoming(message.toNumber))?._id
    for (const [n, body] of answer.entries()) {
      try {
        await messenger.send(message.userId, { fromNumber: message.toNumber, toNumber: message.fromNumber, body, ...(by === undefined ? {} : { agentId: by }) }, `answer ${message._id} ${n}`)
      } catch (error) {
        if (error instanceof EarshotError && !error.retryable) return 'refused'
        throw error
      }
    }
    return undefined
  }
}
