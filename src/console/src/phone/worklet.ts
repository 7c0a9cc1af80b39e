// Runs in the audio thread (https://developer.mozilla.org/en-US/docs/Web/API/AudioWorkletProcessor), so it is a file of its own.
import { FrameMaker } from './frame-maker.ts'
import { Playback } from './playback.ts'
import { PROCESSOR, type FromWorklet, type ToWorklet } from './worklet-messages.ts'

// As much of AudioWorkletGlobalScope as is used: the DOM's types leave it out.
declare const sampleRate: number
declare function registerProcessor (name: string, processor: new () => { process (inputs: Float32Array[][], outputs: Float32Array[][]): boolean }): void
declare class AudioWorkletProcessor { readonly port: MessagePort }

/** Both directions of one call: the input becomes frames, and the agent's audio is the output. */
class PhoneProcessor extends AudioWorkletProcessor {
  readonly #playback = new Playback(sampleRate, (name) => this.#post({ type: 'mark', name }))
  readonly #frames = new FrameMaker(sampleRate, (mulaw, level) => this.#send(mulaw, level))
  #silence = new Float32Array(128)
  #closed = false
  /** Of the output since the last frame. */
  #squares = 0
  #played = 0

  constructor () {
    super()
    this.port.onmessage = ({ data }: MessageEvent<ToWorklet>) => this.#receive(data)
  }

  process ([input]: Float32Array[][], [output]: Float32Array[][]): boolean {
    const out = output?.[0]
    if (this.#closed || out === undefined) return !this.#closed
    this.#playback.read(out)
    for (const sample of out) this.#squares += sample * sample
    this.#played += out.length
    if (this.#silence.length !== out.length) this.#silence = new Float32Array(out.length)
    // A source that has ended has no channels any more; the frames go on.
    this.#frames.push(input?.[0] ?? this.#silence)
    return true
  }

  #receive (message: ToWorklet): void {
    switch (message.type) {
      case 'media': return this.#playback.push(message.mulaw)
      case 'mark': return this.#playback.mark(message.name)
      case 'clear': return this.#playback.clear()
      case 'mute': this.#frames.muted = message.muted; return
      case 'close': this.#closed = true
    }
  }

  #send (mulaw: Uint8Array<ArrayBuffer>, callerLevel: number): void {
    const agentLevel = Math.sqrt(this.#squares / Math.max(1, this.#played))
    this.#squares = 0
    this.#played = 0
    this.#post({ type: 'frame', mulaw, callerLevel, agentLevel, underruns: this.#playback.underruns }, [mulaw.buffer])
  }

  #post (message: FromWorklet, transfer: ArrayBuffer[] = []): void {
    this.port.postMessage(message, transfer)
  }
}

registerProcessor(PROCESSOR, PhoneProcessor)
