import type { Clock } from '../clock.ts'
import type { Gap } from './gap-meter.ts'
import type { EndedBy, PhoneEvent } from './phone-event.ts'
import { sleep } from '../sleep.ts'
import { speechBounds } from './speech-bounds.ts'
import type { TwilioPhone } from './twilio-phone.ts'

/** What the caller does next. Every wait ends early when the call does. */
export type CallerStep =
  /** Waits until the agent has said something since the caller's last words and then been quiet for `quietMs`, or for `timeoutMs` in all. */
  | { do: 'listen', quietMs?: number, timeoutMs?: number }
  | { do: 'wait', forMs: number }
  /**
   * Says μ-law audio. `speech` tells where in it, in milliseconds, the words begin and end; without it the loud part counts. With `intoAgentMs` the caller
   * waits until the agent has spoken for that long, to speak over it.
   */
  | { do: 'say', audio: Uint8Array, label: string, speech?: { startMs: number, endMs: number }, intoAgentMs?: number }
  | { do: 'press', digits: string }
  | { do: 'hang_up' }

/** One thing the caller said and what came of it. Times are milliseconds since the call began. */
export interface UtteranceReport {
  label: string
  /** First and last sound of the utterance; silence at the recording's ends is left out. */
  speechStartMs: number
  speechEndMs: number
  /** From the end of speech to the agent's first audio after it, when there was any before the caller's next words. */
  replyMs: number | undefined
  /** From the start of speech to the gateway's clear, when the agent was speaking. */
  clearMs: number | undefined
  /** The agent spoke up before the utterance was over. */
  cutIn: boolean
  complete: boolean
}

export interface CallReport {
  callSid: string
  endedBy: EndedBy
  reason: string
  durationMs: number
  /** From the stream's start to the agent's first audio. */
  greetingMs: number | undefined
  utterances: UtteranceReport[]
  gaps: readonly Gap[]
}

/** A person takes the agent's turn for finished after about this long. */
const QUIET_MS = 800
/** Longer than a gateway that works needs for any reply; a script that waits in vain goes on. */
const LISTEN_TIMEOUT_MS = 30_000
/** From key to key, as a quick hand dials. */
const KEY_MS = 250

/**
 * A caller who follows a script: makes the call on `phone`, takes each step in turn, and hangs up after the last one unless
 * the gateway did before.
 * @param onSay told when the caller begins to say something
 */
export const runCaller = async (clock: Clock, phone: TwilioPhone, steps: CallerStep[], onSay: (label: string) => void = () => {}): Promise<CallReport> => {
  const ended = new AbortController()
  const ear = new Ear(clock, phone, ended.signal)
  const said: Said[] = []
  const call = phone.call().then(() => ended.abort())

  const follow = async (step: CallerStep): Promise<void> => {
    switch (step.do) {
      case 'listen': return await ear.agentFinished(step.quietMs ?? QUIET_MS, step.timeoutMs ?? LISTEN_TIMEOUT_MS)
      case 'wait': return await sleep(clock, step.forMs, ended.signal)
      case 'say': {
        if (step.intoAgentMs !== undefined) await ear.agentSpeaksFor(step.intoAgentMs)
        onSay(step.label)
        const { startMs, endMs, complete } = await phone.speak(step.audio)
        const bounds = step.speech ?? speechBounds(step.audio)
        const speechEndMs = Math.min(endMs, startMs + bounds.endMs)
        said.push({ label: step.label, speechStartMs: startMs + bounds.startMs, speechEndMs, complete })
        return ear.expectReplyFrom(speechEndMs)
      }
      case 'press':
        for (const digit of step.digits) {
          phone.press(digit)
          await sleep(clock, KEY_MS, ended.signal)
        }
        return
      case 'hang_up': return phone.hangUp()
    }
  }

  try {
    await ear.streamOpened()
    for (const step of steps) await follow(step)
  } catch (error) {
    if (!ended.signal.aborted && !phone.ended) throw error
  } finally {
    phone.hangUp()
    await call
  }
  return reportOf(phone, said)
}

/** Waits for what the caller hears. */
class Ear {
  readonly #clock: Clock
  readonly #phone: TwilioPhone
  readonly #ended: AbortSignal
  #agentSpeaking = false
  #startedMs = -Infinity
  #stoppedMs = -Infinity
  #replyFromMs = 0
  #wake = (): void => {}

  constructor (clock: Clock, phone: TwilioPhone, ended: AbortSignal) {
    this.#clock = clock
    this.#phone = phone
    this.#ended = ended
    phone.on(({ type, atMs }) => {
      if (type === 'agent_started' || type === 'agent_stopped') this.#agentSpeaking = type === 'agent_started'
      if (type === 'agent_started') this.#startedMs = atMs
      if (type === 'agent_stopped') this.#stoppedMs = atMs
      this.#wake()
    })
  }

  /** What the agent began to say before this is no answer to the caller's last words, unless it goes on saying it. */
  expectReplyFrom (atMs: number): void { this.#replyFromMs = this.#agentSpeaking ? Math.min(atMs, this.#startedMs) : atMs }

  async streamOpened (): Promise<void> { await this.#until(() => this.#phone.streaming ? 0 : undefined, LISTEN_TIMEOUT_MS) }

  async agentFinished (quietMs: number, timeoutMs: number): Promise<void> {
    await this.#until(() => !this.#agentSpeaking && this.#startedMs >= this.#replyFromMs ? this.#stoppedMs + quietMs : undefined, timeoutMs)
  }

  async agentSpeaksFor (durationMs: number): Promise<void> {
    await this.#until(() => this.#agentSpeaking ? this.#startedMs + durationMs : undefined, LISTEN_TIMEOUT_MS)
  }

  /** Waits for the time that `dueMs` names (undefined: not known yet, ask again at the next event), at the longest `timeoutMs`. */
  async #until (dueMs: () => number | undefined, timeoutMs: number): Promise<void> {
    const latestMs = this.#phone.elapsedMs + timeoutMs
    for (;;) {
      if (this.#ended.aborted) throw this.#ended.reason
      const nextMs = Math.min(dueMs() ?? latestMs, latestMs)
      if (nextMs <= this.#phone.elapsedMs) return
      const woken = new AbortController()
      this.#wake = () => woken.abort()
      await sleep(this.#clock, nextMs - this.#phone.elapsedMs, AbortSignal.any([woken.signal, this.#ended])).catch(() => {})
    }
  }
}

type Said = Pick<UtteranceReport, 'label' | 'speechStartMs' | 'speechEndMs' | 'complete'>

/** What the phone measured of a call that is over. */
export const reportOf = (phone: TwilioPhone, said: Said[]): CallReport => {
  const ending = phone.events.find((event): event is Extract<PhoneEvent, { type: 'ended' }> => event.type === 'ended')
  const firstAt = (type: PhoneEvent['type'], fromMs: number, toMs = Infinity) => phone.events.find((event) => event.type === type && event.atMs >= fromMs && event.atMs < toMs)?.atMs
  const opened = firstAt('stream_opened', 0)
  const greeted = firstAt('agent_started', 0)
  return {
    callSid: phone.callSid,
    endedBy: ending?.by ?? 'caller',
    reason: ending?.reason ?? '',
    durationMs: phone.elapsedMs,
    greetingMs: opened === undefined || greeted === undefined ? undefined : greeted - opened,
    utterances: said.map((utterance, i) => {
      const { speechStartMs, speechEndMs } = utterance
      const repliedMs = firstAt('agent_started', speechEndMs, said[i + 1]?.speechStartMs)
      const clearedMs = wasSpeaking(phone.events, speechStartMs) ? firstAt('cleared', speechStartMs, speechEndMs) : undefined
      return {
        ...utterance,
        replyMs: repliedMs === undefined ? undefined : repliedMs - speechEndMs,
        clearMs: clearedMs === undefined ? undefined : clearedMs - speechStartMs,
        cutIn: firstAt('agent_started', speechStartMs, speechEndMs) !== undefined
      }
    }),
    gaps: phone.gaps
  }
}

const wasSpeaking = (events: readonly PhoneEvent[], atMs: number): boolean =>
  events.findLast((event) => event.atMs <= atMs && (event.type === 'agent_started' || event.type === 'agent_stopped'))?.type === 'agent_started'
