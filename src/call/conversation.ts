import type { LlmMessage } from '../llm/llm.ts'
import type { TranscriptTurn, TranscriptWriter } from './transcript.ts'

/** Messages of the past that go to the model: enough for any call, bounded for the one that never ends. */
const MAX_MESSAGES = 200

/**
 * What has been said in a call, for the model and for the record. Both hold only what was really heard: the caller's
 * committed turns, and of the agent's speech what was played.
 */
export class Conversation {
  readonly #writer: TranscriptWriter
  readonly #onTurn: (turn: TranscriptTurn) => void
  readonly #system: string
  readonly #messages: LlmMessage[] = []
  #held: TranscriptTurn | undefined
  #background: string | undefined

  /**
   * @param past turns of the call before it was resumed here
   * @param background joins the instructions once it is known
   */
  constructor (system: string, writer: TranscriptWriter, onTurn: (turn: TranscriptTurn) => void, past: TranscriptTurn[] = [], background?: Promise<string | undefined>) {
    background?.then((text) => { this.#background = text }, () => {})
    this.#system = system
    this.#writer = writer
    this.#onTurn = onTurn
    for (const turn of past) this.#remember(turn)
  }

  /** What the model is asked with, when the caller has said these words. */
  messagesFor (words: string): LlmMessage[] {
    const instructions = [this.#system, this.#background ?? ''].filter((part) => part !== '').join('\n\n')
    const system: LlmMessage[] = instructions === '' ? [] : [{ role: 'system', content: instructions }]
    return [...system, ...this.#messages, { role: 'user', content: words }]
  }

  /** The caller's turn is over, but may yet be taken back: it is kept aside until `settle`. */
  hold (turn: TranscriptTurn): void {
    this.settle()
    this.#held = turn
  }

  get isHolding (): boolean { return this.#held !== undefined }
  get heldWords (): string { return this.#held?.text ?? '' }

  /** The held turn had not been the end: it never happened. */
  retract (): void {
    this.#held = undefined
  }

  /** The held turn stands. */
  settle (): void {
    const turn = this.#held
    this.#held = undefined
    if (turn !== undefined) this.#store(turn)
  }

  /** Something was said and heard. */
  add (turn: TranscriptTurn, toolMessages: LlmMessage[] = []): void {
    this.settle()
    this.#messages.push(...toolMessages)
    if (turn.text !== '') this.#store(turn)
  }

  #store (turn: TranscriptTurn): void {
    this.#remember(turn)
    this.#writer.add(turn)
    this.#onTurn(turn)
  }

  #remember (turn: TranscriptTurn): void {
    if (turn.role === 'tool' || turn.text === '') return
    const content = turn.interrupted === true ? `${turn.text} —` : turn.text
    this.#messages.push({ role: turn.role, content })
    while (this.#messages.length > MAX_MESSAGES) this.#messages.shift()
    // The model's history must not begin with an answer to a question that is gone.
    while (this.#messages[0]?.role === 'tool') this.#messages.shift()
  }
}
