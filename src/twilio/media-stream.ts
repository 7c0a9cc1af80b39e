import type { FastifyBaseLogger, FastifyPluginAsync } from 'fastify'
import type { Call } from '../call/call.ts'
import type { Line } from '../call/line.ts'
import type { Clock } from '../clock.ts'
import type { Metrics } from '../metrics.ts'
import { reactionTo, voicemailOf } from '../outbound/machine-detection.ts'
import type { CallRecord } from '../store/calls.ts'
import type { LiveCall, LiveCalls } from './live-calls.ts'
import { mediaSocketOf, type MediaSocket } from './media-socket.ts'
import { MalformedMessage, MessageWriter, parseMessage, type MessageText, type StartMessage, type TwilioMessage } from './messages.ts'
import { openCall, type OpenCallDeps } from './open-call.ts'
import type { StreamRecorder, StreamTap } from './stream-recorder.ts'

export interface MediaStreamDeps extends Omit<OpenCallDeps, 'tap'> {
  clock: Clock
  recorder?: StreamRecorder
  liveCalls: LiveCalls
  metrics: Metrics
}

/** Twilio sends `start` right after the handshake; whoever connects and does not is not Twilio. */
const START_WITHIN_MS = 10_000
/** Twilio's messages are well formed. A socket with this many that are not is hostile or broken. */
const MAX_MALFORMED = 50
/** What is not taken from us for this long a backlog (about 20 s of audio) will not be heard in time: the line is dead. */
const MAX_BACKLOG_BYTES = 256 * 1024
/** Messages kept while the token is being checked: five seconds of audio. */
const MAX_WAITING = 250

/** Close codes of RFC 6455, section 7.4.1. */
const CLOSE = { normal: 1000, goingAway: 1001, unsupported: 1003, policy: 1008, tooBig: 1009, internal: 1011 } as const

type StreamState =
  | { name: 'waiting' }
  /** The token is being checked; what arrives meanwhile waits. */
  | { name: 'opening', streamSid: string, waiting: TwilioMessage[] }
  | { name: 'live', streamSid: string, call: Call, entry: LiveCall }
  | { name: 'closed' }

/** GET /twilio/media: the media socket of a call. */
export const mediaStreamRoute: FastifyPluginAsync<MediaStreamDeps> = async (app, deps) => {
  app.get('/twilio/media', { websocket: true, schema: { hide: true } }, (socket, request) => {
    // Nothing may be awaited before this: `start` follows the handshake at once and would be lost.
    acceptMediaStream(mediaSocketOf(socket, request.socket), { ...deps, log: request.log })
  })
}

/** Carries one call over a socket, from its `start` to the end of either. */
export function acceptMediaStream (socket: MediaSocket, deps: MediaStreamDeps): void {
  const stream = new MediaStream(socket, deps)
  socket.onMessage((data, isBinary) => stream.receive(data, isBinary))
  socket.onClose(() => stream.socketClosed())
}

class MediaStream {
  readonly #socket: MediaSocket
  readonly #deps: MediaStreamDeps
  readonly #startTimer
  readonly #tap: StreamTap | undefined
  #log: FastifyBaseLogger
  #state: StreamState = { name: 'waiting' }
  #malformed = 0

  constructor (socket: MediaSocket, deps: MediaStreamDeps) {
    this.#socket = socket
    this.#deps = deps
    this.#log = deps.log
    this.#tap = deps.recorder?.follow()
    this.#startTimer = deps.clock.setTimeout(() => this.#refuse('no_start', CLOSE.policy), START_WITHIN_MS)
  }

  receive (data: MessageText, isBinary: boolean): void {
    if (this.#state.name === 'closed') return
    if (isBinary) return this.#refuse('binary', CLOSE.unsupported)
    try {
      const message = parseMessage(data)
      this.#tap?.received(data, message)
      this.#handle(message)
    } catch (error) {
      if (error instanceof MalformedMessage) this.#complain('malformed', error.message)
      // A fault in one call must not reach the process: this call ends, with a complete record.
      else this.#fail(error)
    }
  }

  /** The far end is gone, with or without `stop`. */
  socketClosed (): void {
    this.#endQuietly('connection_lost')
  }

  /** One function per kind of message. */
  #handle (message: TwilioMessage): void {
    const state = this.#state
    switch (message.event) {
      case 'connected':
      case 'other': return
      case 'start': return this.#start(message)
      case 'stop': return this.#endQuietly('caller_hung_up')
      case 'media':
      case 'dtmf':
      case 'mark':
        if (state.name === 'waiting') return this.#complain('before_start', `${message.event} before start`)
        if (state.name === 'closed') return
        if (message.streamSid !== state.streamSid) return this.#complain('foreign_stream', 'streamSid is another stream\'s')
        if (state.name === 'live') return deliver(state.call, message)
        if (state.waiting.length < MAX_WAITING) state.waiting.push(message)
    }
  }

  #start (message: StartMessage): void {
    if (this.#state.name !== 'waiting') return this.#complain('second_start', 'a second start')
    this.#startTimer.cancel()
    const { start, streamSid } = message
    // The token stays good for whichever process Twilio's next verb leads to.
    if (this.#deps.liveCalls.over) return this.#refuse('draining', CLOSE.goingAway)
    this.#log = this.#log.child({ callSid: start.callSid })
    const state: StreamState = { name: 'opening', streamSid, waiting: [] }
    this.#state = state
    this.#open(message).then((call) => {
      if (call === undefined) return this.#refuse('bad_token', CLOSE.policy)
      for (const waiting of state.waiting) deliver(call, waiting)
    }).catch((error: unknown) => this.#fail(error))
  }

  async #open ({ start, streamSid }: StartMessage): Promise<Call | undefined> {
    const token = start.customParameters?.['token']
    const record = token === undefined ? undefined : await this.#deps.stores.calls.redeemStreamToken(start.callSid, token)
    if (record === undefined) return undefined
    const [call, voicemail] = await Promise.all([this.#openCall(record, streamSid), this.#voicemail(record)])
    // The caller may have hung up meanwhile.
    if (this.#state.name === 'closed') {
      await call.close('caller_hung_up')
      return call
    }
    this.#goLive(record, streamSid, call, voicemail)
    return call
  }

  /** What is said to the machine that has answered. */
  async #voicemail ({ agent_id: agentId, answered_by: answeredBy }: CallRecord): Promise<string | undefined> {
    const agent = answeredBy === undefined ? undefined : await this.#deps.stores.agents.findAny(agentId)
    return agent !== undefined && reactionTo(answeredBy, agent) === 'leave_message' ? voicemailOf(agent) : undefined
  }

  async #openCall (record: CallRecord, streamSid: string): Promise<Call> {
    const { clock, stores } = this.#deps
    try {
      return await openCall(record, this.#line(streamSid), { ...this.#deps, log: this.#log, tap: this.#tap }, () => this.#endQuietly('ended'))
    } catch (error) {
      await stores.calls.complete(record.call_sid, { end_time: new Date(clock.now()), end_reason: 'failed' })
      throw error
    }
  }

  #goLive (record: CallRecord, streamSid: string, call: Call, voicemail: string | undefined): void {
    const { liveCalls, metrics } = this.#deps
    const entry: LiveCall = {
      callSid: record.call_sid,
      streamSid,
      get activity () { return call.activity },
      command: (command) => command.type === 'whisper' ? call.whisper(command.text) : call.transfer(command.to, command.announcement),
      close: async (reason) => await this.#end(reason)
    }
    this.#state = { name: 'live', streamSid, call, entry }
    liveCalls.add(entry)
    metrics.calls.inc({ direction: record.direction ?? 'incoming' })
    if (voicemail === undefined) call.start()
    else call.end('voicemail_left', voicemail)
  }

  /** The only way bytes leave. */
  #line (streamSid: string): Line {
    const writer = new MessageWriter(streamSid)
    const send = (text: string) => {
      if (this.#state.name === 'closed') return
      if (this.#socket.bufferedAmount > MAX_BACKLOG_BYTES) return this.#refuse('slow_consumer', CLOSE.policy)
      this.#socket.send(text)
    }
    return {
      sendAudio: (mulaw) => {
        send(writer.media(mulaw))
        this.#tap?.sentAudio(mulaw)
      },
      sendMark: (name) => {
        send(writer.mark(name))
        this.#tap?.sentMark(name)
      },
      sendClear: () => {
        send(writer.clear())
        this.#tap?.sentClear()
      }
    }
  }

  #complain (kind: string, message: string): void {
    this.#deps.metrics.streamErrors.inc({ kind })
    this.#log.warn({ kind, problem: message }, 'unexpected message on a media socket')
    if (++this.#malformed >= MAX_MALFORMED) this.#refuse('too_many_errors', CLOSE.policy)
  }

  #refuse (kind: string, code: number): void {
    this.#deps.metrics.streamErrors.inc({ kind })
    this.#log.warn({ kind }, 'media socket closed')
    this.#endQuietly('connection_lost', code)
  }

  #fail (error: unknown): void {
    this.#log.error({ err: error }, 'media stream failed')
    this.#endQuietly('connection_lost', CLOSE.internal)
  }

  #endQuietly (reason: string, code: number = CLOSE.normal): void {
    this.#end(reason, code).catch((error: unknown) => this.#log.error({ err: error }, 'call record not completed'))
  }

  /** The one way out: the socket is closed and the call's record completed. Resolves when it is. */
  async #end (reason: string, code: number = CLOSE.normal): Promise<void> {
    const state = this.#state
    if (state.name === 'closed') return
    this.#state = { name: 'closed' }
    this.#startTimer.cancel()
    // A call that moves to another process is not asked for there before its history is stored.
    const moves = state.name === 'live' && reason === 'shutdown'
    if (!moves) this.#socket.close(code)
    if (state.name !== 'live') return this.#tap?.close()
    try {
      await state.call.close(reason)
    } finally {
      if (moves) this.#socket.close(code)
      this.#tap?.close()
      this.#deps.liveCalls.remove(state.entry)
    }
  }
}

function deliver (call: Call, message: TwilioMessage): void {
  if (message.event === 'media') call.frame(message.mulaw)
  else if (message.event === 'mark') call.mark(message.mark.name)
  else if (message.event === 'dtmf') call.digit(message.dtmf.digit)
}
