import type { Clock } from '../clock.ts'
import { CallRecorder, type TwoSides } from './recorder.ts'
import { GapMeter, type Gap } from './gap-meter.ts'
import type { PhoneEvent, PhoneEventKind } from './phone-event.ts'

/** What happened on one call and what was heard, on one time line. Takes the clock's times, keeps milliseconds since the call began. */
export class CallLog {
  readonly events: PhoneEvent[] = []
  readonly startedAtMs: number
  readonly #clock: Clock
  readonly #listeners = new Set<(event: PhoneEvent) => void>()
  readonly #recorder: CallRecorder | undefined
  readonly #gapMeter = new GapMeter()

  /** @param record keep both sides' audio */
  constructor (clock: Clock, record: boolean) {
    this.#clock = clock
    this.startedAtMs = clock.now()
    this.#recorder = record ? new CallRecorder() : undefined
  }

  get elapsedMs (): number { return this.#clock.now() - this.startedAtMs }

  get gaps (): Gap[] { return this.#gapMeter.gaps }

  /** Tells every event as it happens; returns how to stop listening. */
  on (listener: (event: PhoneEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  note (kind: PhoneEventKind, atMs = this.#clock.now()): void {
    const event = { ...kind, atMs: atMs - this.startedAtMs }
    this.events.push(event)
    for (const listener of this.#listeners) listener(event)
  }

  callerFrame (mulaw: Uint8Array, atMs: number, isSpeech: boolean): void {
    if (isSpeech) this.#gapMeter.callerSpoke(atMs - this.startedAtMs)
    this.#recorder?.caller(mulaw, atMs - this.startedAtMs)
  }

  agentAudio (mulaw: Uint8Array, atMs: number): void { this.#recorder?.agent(mulaw, atMs - this.startedAtMs) }

  agentStarted (atMs: number): void {
    this.#gapMeter.started(atMs - this.startedAtMs)
    this.note({ type: 'agent_started' }, atMs)
  }

  /** Nothing queued from here on is heard: it was played, or thrown away. */
  agentStopped (atMs: number): void {
    this.#gapMeter.ranDry(atMs - this.startedAtMs)
    this.#recorder?.eraseAgentFrom(atMs - this.startedAtMs)
    this.note({ type: 'agent_stopped' }, atMs)
  }

  cleared (unheardMs: number, atMs: number): void {
    this.#gapMeter.cleared()
    this.note({ type: 'cleared', unheardMs }, atMs)
  }

  /**
   * What both sides heard until `endMs` of the call.
   * @throws {Error} when the call is not recorded
   */
  recording (endMs: number): TwoSides {
    if (this.#recorder === undefined) throw new Error('This call is not recorded.')
    return this.#recorder.recording(endMs)
  }
}
