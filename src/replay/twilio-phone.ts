import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { CallLog } from './call-log.ts'
import type { Gap } from './gap-meter.ts'
import type { Span } from './microphone.ts'
import type { EndedBy, PhoneEvent } from './phone-event.ts'
import { PhoneStream } from './phone-stream.ts'
import type { TwoSides } from './recorder.ts'
import { sign } from './sign.ts'
import { sleep } from '../sleep.ts'
import type { Connect } from './transport.ts'
import { parseTwiml, type Verb } from './twiml.ts'
import { requestTwiml, type HttpPost } from './webhook.ts'

export interface TwilioPhoneOptions {
  clock: Clock
  post: HttpPost
  connect: Connect
  /** The number's voice webhook. */
  voiceUrl: string
  /** The caller's number, E.164. */
  from: string
  /** The number called, E.164. */
  to: string
  accountSid: string
  authToken: string
  callSid?: string
  /** Of a call that the gateway has placed it is outbound-api, and begins when it is answered. Default inbound. */
  direction?: 'inbound' | 'outbound-api'
  /** What becomes of a number that `<Dial>` connects to. Default: the call ends there, as far as this phone knows. */
  dialled?: (number: string) => { status: 'completed' | 'busy' | 'no-answer' | 'failed', seconds: number }
  /** Keep both sides' audio; a load test does without. Default true. */
  record?: boolean
  /** The phone sends a frame every 20 ms; false when all the caller's audio comes by `frame`. Default true. */
  microphone?: boolean
}

/** Words a second that Twilio's `<Say>` speaks are not documented; this is an ordinary voice's pace. */
const SAY_CHARACTERS_PER_SECOND = 15

/** A random id as Twilio's: two letters and 32 hexadecimal digits. */
export const makeSid = (prefix: string): string => prefix + randomBytes(16).toString('hex')

/**
 * Twilio's end of one phone call. It asks the voice webhook for TwiML, carries its verbs out, opens the media stream, sends the
 * caller's voice and plays what the gateway sends, and keeps what was heard and when. All time is the clock's, so the same phone
 * calls a gateway over the network in real time or one in this process in virtual time.
 */
export class TwilioPhone {
  readonly callSid: string
  readonly #options: TwilioPhoneOptions
  readonly #log: CallLog
  /** Aborted when the verb being carried out is cut off: by the caller's hang-up or by a REST update. */
  #verb = new AbortController()
  #verbs: Verb[] = []
  #stream: PhoneStream | undefined
  #endedMs: number | undefined

  constructor (options: TwilioPhoneOptions) {
    this.#options = options
    this.callSid = options.callSid ?? makeSid('CA')
    this.#log = new CallLog(options.clock, options.record ?? true)
  }

  /** The clock's time at which the call began. */
  get startedAtMs (): number { return this.#log.startedAtMs }

  get ended (): boolean { return this.#endedMs !== undefined }

  /** A media stream is open: the caller can be heard. */
  get streaming (): boolean { return this.#stream !== undefined }

  get events (): readonly PhoneEvent[] { return this.#log.events }

  /** Stretches in which the agent's audio ran out inside a reply. */
  get gaps (): readonly Gap[] { return this.#log.gaps }

  /** How long the call has lasted, or lasted. */
  get elapsedMs (): number { return this.#endedMs ?? this.#log.elapsedMs }

  /** Tells every event as it happens; returns how to stop listening. */
  on (listener: (event: PhoneEvent) => void): () => void { return this.#log.on(listener) }

  /** Makes the call; resolves when it is over. */
  async call (): Promise<void> {
    try {
      this.#verbs = await this.#request(this.#options.voiceUrl, this.#options.direction === 'outbound-api' ? 'in-progress' : 'ringing')
      while (!this.ended) {
        const verb = this.#verbs.shift()
        if (verb === undefined) return this.#end('gateway', 'the TwiML ended')
        await this.#carryOut(verb)
      }
    } catch (error) {
      this.#end('error', error instanceof Error ? error.message : String(error))
    }
  }

  /**
   * The caller says this μ-law audio, after anything still being said. The span is in milliseconds since the call began.
   * @throws {Error} when there is no stream to be heard on
   */
  async speak (mulaw: Uint8Array): Promise<Span> {
    if (this.#stream === undefined) throw new Error('The caller cannot speak: no media stream is open.')
    const { startMs, endMs, complete } = await this.#stream.speak(mulaw)
    const { startedAtMs } = this.#log
    return { startMs: startMs - startedAtMs, endMs: endMs - startedAtMs, complete }
  }

  /** One frame of the caller's audio, of any length, at once: for a tape, which has its own times. */
  frame (mulaw: Uint8Array): void { this.#stream?.frame(mulaw) }

  /** The caller presses a key: 0 to 9, *, # or A to D. */
  press (digit: string): void {
    this.#stream?.press(digit)
    this.#log.note({ type: 'digit', digit })
  }

  /** The caller hangs up. */
  hangUp (): void { this.#end('caller', 'the caller hung up') }

  /** The gateway changes the live call over Twilio's REST API; false when the call is over (Twilio's error 20404). */
  update (change: { status: 'completed' } | { twiml: string } | { url: string }): boolean {
    if (this.ended) return false
    if ('status' in change) {
      this.#end('gateway', 'completed over the REST API')
    } else {
      this.#verbs = 'twiml' in change ? parseTwiml(change.twiml) : [{ name: 'Redirect', attributes: {}, text: change.url, children: [] }]
      this.#cutVerb('updated over the REST API')
    }
    return true
  }

  /** What both sides heard until now, or until the call ended. */
  recording (): TwoSides { return this.#log.recording(this.elapsedMs) }

  async #carryOut (verb: Verb): Promise<void> {
    this.#verb = new AbortController()
    const isStream = verb.name === 'Connect' && verb.children[0]?.name === 'Stream'
    if (!isStream) this.#log.note({ type: 'verb', name: verb.name, text: verb.text.trim(), attributes: verb.attributes })
    switch (verb.name) {
      case 'Connect': return isStream ? await this.#connect(verb) : this.#end('error', 'Connect without Stream')
      case 'Redirect': return this.#replaceVerbs(await this.#request(this.#resolve(verb.text.trim()), 'in-progress'))
      case 'Say': return await this.#wait(verb.text.trim().length / SAY_CHARACTERS_PER_SECOND * 1000)
      case 'Pause': return await this.#wait(Number(verb.attributes.length ?? 1) * 1000)
      case 'Play': return
      case 'Hangup': return this.#end('gateway', 'Hangup')
      case 'Reject': return this.#end('gateway', `Reject: ${verb.attributes.reason ?? 'rejected'}`)
      case 'Dial': return await this.#dial(verb)
      default: return this.#end('error', `the verb ${verb.name} is not known to this phone`)
    }
  }

  /** Connects to another number, and then asks what is next (https://www.twilio.com/docs/voice/twiml/dial#action). */
  async #dial ({ text, attributes: { action } }: Verb): Promise<void> {
    const { dialled } = this.#options
    if (dialled === undefined || action === undefined) return this.#end('gateway', `Dial ${text.trim()}`)
    const { status, seconds } = dialled(text.trim())
    await this.#wait(seconds * 1000)
    const talked = status === 'completed' ? { DialCallSid: makeSid('CA'), DialCallDuration: String(seconds) } : {}
    this.#replaceVerbs(await this.#request(this.#resolve(action), 'in-progress', { DialCallStatus: status, ...talked }))
  }

  async #connect (connect: Verb): Promise<void> {
    const stream = connect.children[0]
    const url = stream?.attributes.url ?? ''
    const parameters = (stream?.children ?? []).filter(({ name }) => name === 'Parameter')
      .map(({ attributes }) => [attributes.name ?? '', attributes.value ?? ''] as const)
    let transport
    try {
      transport = await this.#options.connect(url, { 'x-twilio-signature': sign(this.#options.authToken, url) })
    } catch (error) {
      return this.#log.note({ type: 'stream_failed', url, reason: error instanceof Error ? error.message : String(error) })
    }
    if (this.#verb.signal.aborted) return transport.close()
    const streamSid = makeSid('MZ')
    this.#stream = new PhoneStream(this.#options.clock, this.#log, transport, { accountSid: this.#options.accountSid, callSid: this.callSid, streamSid })
    this.#stream.open(Object.fromEntries(parameters), this.#options.microphone ?? true)
    this.#log.note({ type: 'stream_opened', streamSid, url })
    await this.#stream.closed
    this.#stream = undefined
    const { action } = connect.attributes
    if (action !== undefined && !this.#verb.signal.aborted) this.#replaceVerbs(await this.#request(this.#resolve(action), 'in-progress'))
  }

  async #request (url: string, callStatus: string, more: Record<string, string> = {}): Promise<Verb[]> {
    const { from, to, accountSid, authToken, direction = 'inbound' } = this.#options
    const verbs = await requestTwiml(this.#options.post, url, authToken, {
      AccountSid: accountSid,
      ApiVersion: '2010-04-01',
      CallSid: this.callSid,
      CallStatus: callStatus,
      Called: to,
      Caller: from,
      Direction: direction,
      From: from,
      To: to,
      ...more
    })
    this.#log.note({ type: 'webhook', url, verbs: verbs.map(({ name }) => name) })
    return verbs
  }

  /** A document that arrives after the verb was cut off is not carried out. */
  #replaceVerbs (verbs: Verb[]): void {
    if (!this.#verb.signal.aborted) this.#verbs = verbs
  }

  /** Waits, or until the verb is cut off. */
  async #wait (delayMs: number): Promise<void> {
    await sleep(this.#options.clock, delayMs, this.#verb.signal).catch(() => {})
  }

  /** Twilio takes addresses in TwiML relative to the document's. */
  #resolve (url: string): string { return new URL(url, this.#options.voiceUrl).href }

  #cutVerb (reason: string): void {
    this.#verb.abort()
    this.#stream?.stop(reason)
    this.#stream = undefined
  }

  #end (by: EndedBy, reason: string): void {
    if (this.ended) return
    this.#endedMs = this.#log.elapsedMs
    this.#cutVerb(reason)
    this.#log.note({ type: 'ended', by, reason })
  }
}
