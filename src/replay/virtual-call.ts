import { PlaybackBuffer } from './playback-buffer.ts'
import { SimulatedLlm, echo, type SimulatedLlmOptions } from './simulated-llm.ts'
import { SimulatedStt, type SimulatedSttOptions } from './simulated-stt.ts'
import { SimulatedTts, type SimulatedTtsOptions } from './simulated-tts.ts'
import type { CallAgent } from '../call/agent.ts'
import { Call } from '../call/call.ts'
import type { CallDeps } from '../call/deps.ts'
import type { CallEvent } from '../call/events.ts'
import type { Line } from '../call/line.ts'
import { Phrases } from '../call/phrases.ts'
import { TranscriptWriter, type CallSummary, type TranscriptTurn } from '../call/transcript.ts'
import { DEFAULT_TURN_TAKING, type TurnTaking } from '../call/turn-taking.ts'
import { VirtualClock } from '../clock.ts'
import type { Vad } from '../vad/vad.ts'

const AGENT: CallAgent = {
  id: 'agent',
  sttModel: 'stt',
  inferenceModel: 'llm',
  ttsModel: 'tts',
  ttsVoice: 'voice',
  systemPrompt: 'Be brief.',
  greeting: 'Hello there.',
  temperature: 0.5,
  maxTokens: 200,
  language: 'en',
  sttLanguage: 'en',
  turnTaking: DEFAULT_TURN_TAKING
}

export interface VirtualCallOptions {
  vad: Vad
  stt: Pick<SimulatedSttOptions, 'hear'> & Partial<SimulatedSttOptions>
  llm?: Partial<SimulatedLlmOptions>
  tts?: Partial<SimulatedTtsOptions>
  turnTaking?: Partial<TurnTaking>
  agent?: Partial<CallAgent>
  deps?: Partial<CallDeps>
  /** How long a mark and audio take on the way. */
  lineDelayMs?: number
}

/** One call on the virtual clock: the engine alone, with a far end that plays like Twilio and providers that take their time. */
export class VirtualCall {
  readonly clock = new VirtualClock(1_000_000)
  readonly events: CallEvent[] = []
  readonly turns: TranscriptTurn[] = []
  readonly summaries: CallSummary[] = []
  /** What happened on the line: audio started, ran dry, was cleared; hang-ups and transfers. */
  readonly log: Array<{ what: string, atMs: number }> = []
  readonly stt: SimulatedStt
  readonly llm: SimulatedLlm
  readonly tts: SimulatedTts
  readonly phrases: Phrases
  readonly call: Call
  readonly startedAtMs = this.clock.now()
  /** Told of every frame of audio that is sent to the caller. */
  onAudio: () => void = () => {}

  constructor (options: VirtualCallOptions) {
    const { clock } = this
    this.stt = new SimulatedStt({ clock, ...options.stt })
    this.llm = new SimulatedLlm({ clock, reply: echo, ...options.llm })
    this.tts = new SimulatedTts({ clock, ...options.tts })
    this.phrases = new Phrases(this.tts)
    const far = new PlaybackBuffer(clock, {
      queued: () => {},
      started: () => this.#note('sound'),
      ranDry: () => this.#note('quiet'),
      cleared: () => this.#note('cleared'),
      markReached: (name) => { clock.setTimeout(() => this.call.mark(name), options.lineDelayMs ?? 0) }
    })
    const line: Line = { sendAudio: (mulaw) => { this.onAudio(); far.push(mulaw.slice()) }, sendMark: (name) => far.mark(name), sendClear: () => far.clear() }
    const writer = new TranscriptWriter(clock, {
      append: async (index, turn) => { this.turns[index] = turn },
      complete: async (summary) => { this.summaries.push(summary) },
      isRetryable: () => true
    }, () => {})
    this.call = new Call({
      clock,
      line,
      vad: options.vad,
      stt: this.stt,
      llm: this.llm,
      tts: this.tts,
      phrases: this.phrases,
      writer,
      agent: { ...AGENT, ...options.agent, turnTaking: { ...DEFAULT_TURN_TAKING, ...options.turnTaking } },
      toolBox: { tools: [], run: async () => ({ content: 'no such tool' }) },
      control: {
        hangUp: async () => { this.#note('hung up') },
        transfer: async (to) => { this.#note(`transferred to ${to}`) }
      },
      observe: (event) => this.events.push(event),
      onClosed: () => this.#note('closed'),
      ...options.deps
    })
  }

  /** Milliseconds since the call began. */
  get nowMs (): number { return this.clock.now() - this.startedAtMs }

  /** The caller sends silence for a while. */
  async silence (ms: number): Promise<void> {
    await this.send(new Uint8Array(ms * 8).fill(0xFF))
  }

  /** The caller's audio in real time, frame by frame. */
  async send (mulaw: Uint8Array): Promise<void> {
    for (let at = 0; at < mulaw.length; at += 160) {
      const frame = mulaw.subarray(at, at + 160)
      await this.clock.advance(frame.length / 8)
      this.call.frame(frame)
    }
    await this.clock.settle()
  }

  /** Starts the call, with everything said before in the phrase cache, and hears the greeting out. */
  async greeted (): Promise<this> {
    this.call.start()
    await this.silence(3000)
    return this
  }

  /** Who said what, as stored. */
  get transcript (): string[] {
    return this.turns.map(({ role, text, interrupted }) => `${role}: ${text}${interrupted === true ? ' (interrupted)' : ''}`)
  }

  /** When something last happened on the line, in milliseconds since the call began. */
  lastMs (what: string): number { return this.log.findLast((entry) => entry.what === what)?.atMs ?? NaN }
  count (what: string): number { return this.log.filter((entry) => entry.what === what).length }
  eventsOf<T extends CallEvent['type']> (type: T): Array<CallEvent & { type: T }> {
    return this.events.filter((event): event is CallEvent & { type: T } => event.type === type)
  }

  #note (what: string): void {
    this.log.push({ what, atMs: this.nowMs })
  }
}
