import { dbfs, rms } from '../audio/level.ts'
import { decodeMulaw } from '../audio/mulaw.ts'
import { BYTES_PER_MS } from '../call/line.ts'
import type { Clock } from '../clock.ts'
import type { CallLog } from './call-log.ts'
import { Microphone, type Span } from './microphone.ts'
import { PlaybackBuffer } from './playback-buffer.ts'
import { SPEECH_DBFS } from './speech-bounds.ts'
import { StreamEnd, type StreamIds } from './stream-end.ts'
import type { Transport } from './transport.ts'

/** One open media stream of a call: the caller's microphone and the playback buffer, joined to the gateway's socket. */
export class PhoneStream {
  /** Resolves when either end has closed the stream. */
  readonly closed: Promise<void>
  readonly #clock: Clock
  readonly #log: CallLog
  readonly #transport: Transport
  readonly #end: StreamEnd
  readonly #playback: PlaybackBuffer
  readonly #microphone: Microphone
  #startMs = 0
  #isOpen = true
  #resolveClosed = (): void => {}

  constructor (clock: Clock, log: CallLog, transport: Transport, ids: StreamIds) {
    this.#clock = clock
    this.#log = log
    this.#transport = transport
    this.closed = new Promise((resolve) => { this.#resolveClosed = resolve })
    this.#playback = new PlaybackBuffer(clock, {
      queued: (mulaw, startsAtMs) => log.agentAudio(mulaw, startsAtMs),
      started: (atMs) => log.agentStarted(atMs),
      ranDry: (atMs) => log.agentStopped(atMs),
      cleared: (unheardMs, atMs) => log.cleared(unheardMs, atMs),
      markReached: (name) => {
        this.#end.mark(name)
        log.note({ type: 'mark', name })
      }
    })
    this.#end = new StreamEnd(transport, ids, {
      media: (mulaw) => this.#playback.push(mulaw),
      mark: (name) => this.#playback.mark(name),
      clear: () => this.#playback.clear(),
      invalid: (reason) => log.note({ type: 'protocol_error', reason })
    })
    this.#microphone = new Microphone(clock, (frame, startMs, isSpeech) => {
      log.callerFrame(frame, startMs, isSpeech)
      this.#end.media(frame, startMs - this.#startMs)
    })
    transport.onClose((code, reason) => this.#finish('gateway', code, reason))
  }

  /** @param microphone whether to send a frame every 20 ms; without, frames come by `frame` */
  open (customParameters: Record<string, string>, microphone: boolean): void {
    this.#startMs = this.#clock.now()
    this.#end.open(customParameters)
    if (microphone) this.#microphone.start()
  }

  frame (mulaw: Uint8Array): void {
    const nowMs = this.#clock.now()
    // A frame is sent when its time has passed.
    const startMs = nowMs - mulaw.length / BYTES_PER_MS
    this.#log.callerFrame(mulaw, startMs, dbfs(rms(decodeMulaw(mulaw))) > SPEECH_DBFS)
    this.#end.media(mulaw, Math.max(0, startMs - this.#startMs))
  }

  /** The caller says this; the span is in the clock's time. */
  speak (mulaw: Uint8Array): Promise<Span> { return this.#microphone.speak(mulaw) }

  press (digit: string): void { this.#end.dtmf(digit) }

  /** Twilio ends the stream: the call is over, or goes on with other TwiML. */
  stop (reason: string): void {
    if (!this.#isOpen) return
    this.#end.stop()
    this.#finish('twilio', 1000, reason)
    this.#transport.close()
  }

  #finish (by: 'twilio' | 'gateway', code: number, reason: string): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#microphone.stop()
    this.#playback.close()
    this.#log.note({ type: 'stream_closed', by, code, reason })
    this.#resolveClosed()
  }
}
