import type { Clock, Timer } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Llm, LlmMessage, LlmToolCall } from '../llm/llm.ts'
import type { Tts } from '../tts/tts.ts'
import type { CallAgent } from './agent.ts'
import { Gate } from './gate.ts'
import { BYTES_PER_MS } from './line.ts'
import { PieceVoice } from './piece-voice.ts'
import { SentenceSplitter } from './sentences.ts'
import { speakable } from './speakable.ts'
import type { CallTools } from './tools/index.ts'
import type { ToolEffect } from './tools/tool.ts'
import { Utterance } from './utterance.ts'

/** Rounds of tools in one reply. A model that still asks for more is going round in circles. */
const MAX_TOOL_ROUNDS = 5
/** Audio made ahead of what has been sent: enough for any delay of a provider, little to throw away. */
const MAX_AHEAD_BYTES = 12_000 * BYTES_PER_MS

/**
 * A model that writes 50 words a second gives a good first clause by itself within 100 ms. A slower one is not waited for: after this
 * long its first few words are spoken.
 */
const HURRY_AFTER_MS = 30

export interface ReplyDeps {
  clock: Clock
  llm: Llm
  tts: Tts
  agent: CallAgent
  toolBox: CallTools
}

export interface ReplyEvents {
  /** It could start now: there is audio, or nothing more can be done before the turn is known to be over. Called once. */
  onReady (reply: Reply): void
  /** A provider failed for good. The reply waits for `apologise` or `abort`. */
  onFailed (reply: Reply, error: unknown): void
}

/** When each stage was reached, by the clock. */
export interface ReplyTimes {
  startedAtMs: number
  llmFirstTokenAtMs?: number
  firstClauseAtMs?: number
  ttsFirstByteAtMs?: number
}

/**
 * The agent's answer to one turn: model → sentences → voice. Until `commit()` it only prepares: the first clause is
 * synthesised and no tool runs, because the caller may not have finished.
 */
export class Reply {
  readonly utterance = new Utterance()
  readonly times: ReplyTimes
  /** What the model and its tools exchanged, for the history: each call with its answer, as far as they have come. */
  readonly toolMessages: LlmMessage[] = []
  /** What tools want done with the call when the reply has been heard, in order. */
  readonly effects: ToolEffect[] = []
  /** A tool has run: the reply can no longer be undone. */
  toolsRan = false

  readonly #deps: ReplyDeps
  readonly #events: ReplyEvents
  readonly #abort = new AbortController()
  readonly #voice: PieceVoice
  readonly #committed = new Gate()
  #ready = false

  /** Starts at once. @param messages the conversation, ending with the caller's words */
  constructor (deps: ReplyDeps, messages: LlmMessage[], events: ReplyEvents) {
    this.#deps = deps
    this.#events = events
    this.times = { startedAtMs: deps.clock.now() }
    this.#voice = new PieceVoice(deps.tts, deps.agent, this.utterance, this.#committed, MAX_AHEAD_BYTES, this.#abort.signal, () => {
      this.times.ttsFirstByteAtMs ??= deps.clock.now()
      this.#markReady()
    })
    this.#run(messages).then(() => { this.#markReady() }, (error: unknown) => {
      if (this.#abort.signal.aborted) return
      // Neither half goes on without the other: a tool must not run for a reply that nobody will hear.
      this.#abort.abort()
      this.#events.onFailed(this, error)
    })
  }

  get ready (): boolean { return this.#ready }
  get committed (): boolean { return this.#committed.isOpen }

  /** The turn is over: tools may run and the rest may be synthesised. */
  commit (): void {
    this.#committed.open()
  }

  /** Says something while the model or a tool takes its time. Does nothing once the voice is in the middle of a piece. */
  fill (text: string, mulaw: Uint8Array): void {
    this.#voice.insert(text, mulaw)
  }

  /** Ends a failed reply with a sentence that is at hand; with nothing, when there is none. */
  apologise (text: string, mulaw: Uint8Array | undefined): void {
    this.utterance.breakOff()
    if (mulaw !== undefined) {
      this.utterance.beginPiece(text)
      this.utterance.append(mulaw)
    }
    this.utterance.end()
    this.#markReady()
  }

  /** Stops everything it started. */
  abort (): void {
    this.#ready = true
    this.#abort.abort()
    this.#committed.open()
    this.utterance.breakOff()
    this.utterance.end()
  }

  async #run (messages: LlmMessage[]): Promise<void> {
    const thinking = this.#think([...messages])
    // The first failure of either ends the reply: a voice without words and words without a voice are both silence.
    await Promise.all([thinking, this.#voice.run()])
    if (this.utterance.text === '' && this.effects.length === 0) throw new EarshotError('provider_unavailable', 'The model said nothing.')
    this.utterance.end()
  }

  async #think (messages: LlmMessage[]): Promise<void> {
    for (let round = 0; round < MAX_TOOL_ROUNDS; round++) {
      const { said, calls } = await this.#round(messages, round)
      // The last round offers no tools; a model that names one all the same is not listened to.
      if (calls.length === 0 || round === MAX_TOOL_ROUNDS - 1) break
      this.#markReady()
      await this.#committed.opened
      this.#abort.signal.throwIfAborted()
      this.toolsRan = true
      // Without what it has said just now, a model says "Let me see" in every round.
      if (said !== '') messages.push({ role: 'assistant', content: said })
      for (const call of calls) {
        const outcome = await this.#deps.toolBox.run(call, this.#abort.signal)
        if (outcome.effect !== undefined) this.effects.push(outcome.effect)
        const exchanged: LlmMessage[] = [{ role: 'assistant', content: '', toolCalls: [call] }, { role: 'tool', toolCallId: call.id, content: outcome.content }]
        this.toolMessages.push(...exchanged)
        messages.push(...exchanged)
      }
      if (this.effects.some(({ type }) => type === 'end_call' || type === 'transfer')) break
    }
    this.#voice.finish()
  }

  async #round (messages: LlmMessage[], round: number): Promise<{ said: string, calls: LlmToolCall[] }> {
    const { agent, llm, clock, toolBox } = this.#deps
    const splitter = new SentenceSplitter({ language: agent.language })
    let hurry: Timer | undefined
    let said = ''
    const calls: LlmToolCall[] = []
    const tools = round < MAX_TOOL_ROUNDS - 1 ? toolBox.tools : []
    const request = { model: agent.inferenceModel, messages, temperature: agent.temperature, maxTokens: agent.maxTokens, ...(tools.length > 0 ? { tools } : {}) }
    try {
      for await (const event of llm.stream(request, this.#abort.signal)) {
        if (event.type === 'text') {
          this.times.llmFirstTokenAtMs ??= clock.now()
          hurry ??= clock.setTimeout(() => this.#sayAll(splitter.hurry()), HURRY_AFTER_MS)
          said += event.text
          this.#sayAll(splitter.push(event.text))
        } else if (event.type === 'tool_call') {
          calls.push({ id: event.id, name: event.name, arguments: event.arguments })
        }
      }
    } finally {
      hurry?.cancel()
    }
    this.#sayAll(splitter.flush())
    return { said, calls }
  }

  #sayAll (pieces: string[]): void {
    for (const piece of pieces) this.#say(piece)
  }

  #say (piece: string): void {
    const text = speakable(piece, this.#deps.agent.language)
    if (text === '') return
    this.times.firstClauseAtMs ??= this.#deps.clock.now()
    this.#voice.add(text)
  }

  #markReady (): void {
    if (this.#ready) return
    this.#ready = true
    this.#events.onReady(this)
  }
}
