import { dtmf } from '../../../audio/tones.ts'
import { StreamEnd, type Base64 } from '../../../replay/stream-end.ts'
import { openFile, openMicrophone, type AudioSource } from './audio-source.ts'
import { PhoneError } from './phone-error.ts'
import type { Underruns } from './playback.ts'
import { PROCESSOR, STREAM_RATE_HZ, type FromWorklet, type ToWorklet } from './worklet-messages.ts'

/** A call that the gateway waits for, as POST /api/browser-calls and POST /widget/calls answer it. */
export interface Line {
  callSid: string
  /** Good once, for a minute. */
  token: string
  streamUrl: string
}

export type PhoneState =
  | { name: 'idle' }
  /** The browser may be asking the person for the microphone. */
  | { name: 'preparing' }
  | { name: 'connecting' }
  | { name: 'live' }
  /** Over, in the way that calls end. */
  | { name: 'ended', by: 'caller' | 'agent' }
  | { name: 'failed', error: PhoneError }

/** Root mean squares from 0 to 1, of the last 20 ms. */
export interface Levels { caller: number, agent: number }

export interface BrowserPhoneOptions {
  /** The built worklet.ts. On another origin it must be served with CORS headers. */
  workletUrl: string
  /** Asks the gateway for a call. Comes after the microphone: a person may think for longer than a token lives. */
  openLine: () => Promise<Line>
  /** In place of the microphone. */
  file?: Blob
  onState?: (state: PhoneState) => void
  /** Fifty times a second. */
  onLevels?: (levels: Levels) => void
}

/** What is not taken from us for this long a backlog, about 5 s, will not be heard in time: frames are left out. */
const MAX_BACKLOG_BYTES = 64 * 1024
/** RFC 6455, section 7.4.1: the gateway ended the call. */
const NORMAL_CLOSURE = 1000
const STREAM_SID = 'browser'

const browserBase64: Base64 = {
  encode: (bytes) => btoa(String.fromCharCode(...bytes)),
  decode: (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/**
 * A telephone in the page: the microphone's audio goes to the gateway as Twilio would send it, and the agent's is played with the semantics of
 * Twilio's buffer. One call each; make another for the next.
 */
export class BrowserPhone {
  readonly #options: BrowserPhoneOptions
  #state: PhoneState = { name: 'idle' }
  #context: AudioContext | undefined
  #source: AudioSource | undefined
  #worklet: AudioWorkletNode | undefined
  #socket: WebSocket | undefined
  #stream: StreamEnd | undefined
  #muted = false
  #underruns: Underruns = { count: 0, totalMs: 0 }

  constructor (options: BrowserPhoneOptions) {
    this.#options = options
  }

  get state (): PhoneState { return this.#state }
  /** How often the agent's audio came too late inside an utterance, and the silence that it made. */
  get underruns (): Underruns { return this.#underruns }
  get muted (): boolean { return this.#muted }

  set muted (muted: boolean) {
    this.#muted = muted
    this.#tellWorklet({ type: 'mute', muted })
  }

  /** Makes the call; to be called from a click, since browsers play nothing before one. Never rejects: failures are a state. */
  async call (): Promise<void> {
    if (this.#state.name !== 'idle') return
    this.#become({ name: 'preparing' })
    try {
      await this.#prepare()
      if (this.#isOver) return this.#release()
      this.#become({ name: 'connecting' })
      this.#connect(await this.#options.openLine().catch((cause: unknown) => {
        throw cause instanceof PhoneError ? cause : new PhoneError('refused', { cause, ...(cause instanceof Error && { message: cause.message }) })
      }))
    } catch (error) {
      this.#finish({ name: 'failed', error: error instanceof PhoneError ? error : new PhoneError('unsupported', { cause: error }) })
    }
  }

  hangUp (): void {
    if (this.#state.name === 'live') this.#stream?.stop()
    this.#finish({ name: 'ended', by: 'caller' })
  }

  /** Presses a key: the agent is told, and its tone is heard here. @param digit 0–9, A–D, * or # */
  press (digit: string): void {
    if (this.#state.name !== 'live' || this.#context === undefined) return
    this.#stream?.dtmf(digit)
    const tone = dtmf(digit)
    const buffer = this.#context.createBuffer(1, tone.length, STREAM_RATE_HZ)
    buffer.copyToChannel(Float32Array.from(tone, (sample) => sample / 32768), 0)
    const source = this.#context.createBufferSource()
    source.buffer = buffer
    source.connect(this.#context.destination)
    source.start()
  }

  get #isOver (): boolean { return this.#state.name === 'ended' || this.#state.name === 'failed' }

  async #prepare (): Promise<void> {
    const { file, workletUrl } = this.#options
    if (typeof AudioWorkletNode === 'undefined') throw new PhoneError(window.isSecureContext ? 'unsupported' : 'insecure_page')
    const context = this.#context = new AudioContext({ latencyHint: 'interactive' })
    const opening = file === undefined ? openMicrophone(context) : openFile(context, file)
    await Promise.all([
      opening.then((source) => {
        // The person may have hung up instead of answering the browser's question.
        if (this.#isOver) source.stop()
        else this.#source = source
      }),
      context.audioWorklet.addModule(workletUrl).catch((cause: unknown) => { throw new PhoneError('connection_lost', { cause }) }),
      context.resume()
    ])
  }

  #connect ({ callSid, token, streamUrl }: Line): void {
    const context = this.#context
    if (this.#isOver || context === undefined) return this.#release()
    const socket = this.#socket = new WebSocket(streamUrl)
    socket.onclose = ({ code }) => this.#finish(code === NORMAL_CLOSURE && this.#state.name === 'live' ? { name: 'ended', by: 'agent' } : { name: 'failed', error: new PhoneError('connection_lost') })
    const stream = this.#stream = new StreamEnd({
      send: (text) => { if (socket.readyState === WebSocket.OPEN) socket.send(text) },
      onMessage: (fn) => { socket.onmessage = ({ data }) => fn(String(data)) }
    }, { accountSid: STREAM_SID, streamSid: STREAM_SID, callSid }, {
      media: (mulaw) => this.#tellWorklet({ type: 'media', mulaw: new Uint8Array(mulaw) }),
      mark: (name) => this.#tellWorklet({ type: 'mark', name }),
      clear: () => this.#tellWorklet({ type: 'clear' }),
      invalid: () => {}
    }, browserBase64)
    socket.onopen = () => {
      stream.open({ token })
      this.#startAudio(context, stream, socket)
      this.#become({ name: 'live' })
    }
  }

  #startAudio (context: AudioContext, stream: StreamEnd, socket: WebSocket): void {
    const worklet = this.#worklet = new AudioWorkletNode(context, PROCESSOR, { outputChannelCount: [1], channelCount: 1, channelCountMode: 'explicit' })
    let sentMs = 0
    worklet.port.onmessage = ({ data }: MessageEvent<FromWorklet>) => {
      if (data.type === 'mark') return stream.mark(data.name)
      if (socket.bufferedAmount < MAX_BACKLOG_BYTES) stream.media(data.mulaw, sentMs)
      sentMs += data.mulaw.length / STREAM_RATE_HZ * 1000
      this.#underruns = data.underruns
      this.#options.onLevels?.({ caller: data.callerLevel, agent: data.agentLevel })
    }
    this.muted = this.#muted
    this.#source?.node.connect(worklet)
    worklet.connect(context.destination)
    this.#source?.start()
  }

  #tellWorklet (message: ToWorklet): void {
    this.#worklet?.port.postMessage(message, message.type === 'media' ? [message.mulaw.buffer] : [])
  }

  #become (state: PhoneState): void {
    this.#state = state
    this.#options.onState?.(state)
  }

  /** The one way out. */
  #finish (state: PhoneState & { name: 'ended' | 'failed' }): void {
    if (this.#isOver) return
    this.#release()
    this.#become(state)
  }

  #release (): void {
    this.#tellWorklet({ type: 'close' })
    this.#source?.stop()
    this.#socket?.close(NORMAL_CLOSURE)
    this.#context?.close().catch(() => {})
    this.#source = this.#worklet = this.#socket = this.#context = undefined
  }
}
