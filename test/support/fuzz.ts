import fc from 'fast-check'
import { sign } from '../../src/replay/sign.ts'
import { CALLER_NUMBER, DEMO_NUMBER } from '../../src/replay/seed.ts'
import { parseTwiml } from '../../src/replay/twiml.ts'
import { publicUrl } from '../../src/config.ts'
import { acceptMediaStream } from '../../src/twilio/media-stream.ts'
import { MalformedMessage, parseMessage, type MessageText } from '../../src/twilio/messages.ts'
import { makeStreamToken } from '../../src/twilio/stream-token.ts'
import type { VirtualGateway } from '../../src/virtual-gateway.ts'

/** How many cases, and from which seed: the same ones each time. */
export interface FuzzRun { cases: number, seed: number }

/** What a run did, and what it must not have done. */
export interface FuzzReport { cases: number, warnings: string[] }

const STREAM_SID = 'MZ1'
/** Of a stream; more make a found fault longer to read, fewer come less deep. */
const MESSAGES = 200

// Text messages on a media socket

const payload = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.integer({ min: 0, max: 255 }).map((byte) => new Uint8Array(160).fill(byte))
).map((bytes) => Buffer.from(bytes).toString('base64'))

const ofStream = (event: string, rest: Record<string, unknown>) => ({ event, sequenceNumber: '2', streamSid: STREAM_SID, ...rest })

const stop = ofStream('stop', { stop: { accountSid: 'AC1', callSid: 'CA1' } })

/** What Twilio says in the middle of a call. */
const proper: fc.Arbitrary<object> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(payload, fc.nat()).map(([payload, timestamp]) => ofStream('media', { media: { track: 'inbound', chunk: '1', timestamp: String(timestamp), payload } })) },
  { weight: 2, arbitrary: fc.string({ maxLength: 30 }).map((name) => ofStream('mark', { mark: { name } })) },
  { weight: 1, arbitrary: fc.constantFrom(...'0123456789*#ABCD').map((digit) => ofStream('dtmf', { dtmf: { track: 'inbound_track', digit } })) },
  { weight: 1, arbitrary: fc.constantFrom({ event: 'connected', protocol: 'Call', version: '1.0.0' }, ofStream('start', { start: { streamSid: STREAM_SID, callSid: 'CA1', customParameters: { token: 't' }, mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 } } }), ofStream('news', {})) }
)

/** One value somewhere in it is another, gone, or has company. */
const mutated = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(arbitrary, fc.nat(), fc.jsonValue(), fc.constantFrom('replace', 'delete', 'add', '__proto__', 'constructor')).map(([value, at, other, how]) => {
    const copy: unknown = structuredClone(value)
    const places = placesIn(copy)
    const place = places[at % Math.max(1, places.length)]
    if (place === undefined) return other
    if (how === 'delete') Reflect.deleteProperty(place.in, place.key)
    else Object.defineProperty(place.in, how === 'replace' ? place.key : how === 'add' ? `${place.key}2` : how, { value: other, enumerable: true, configurable: true, writable: true })
    return copy
  })

const placesIn = (value: unknown): Array<{ in: object, key: string }> =>
  typeof value !== 'object' || value === null ? [] : Object.entries(value).flatMap(([key, inner]) => [{ in: value, key }, ...placesIn(inner)])

/** Text that was cut off, or in which something else stands. */
const garbled = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(text, fc.nat(), fc.string({ maxLength: 5, unit: 'binary' }), fc.boolean()).map(([text, at, other, cut]) => {
    const from = at % (text.length + 1)
    return text.slice(0, from) + other + (cut ? '' : text.slice(from + other.length))
  })

const asText = (arbitrary: fc.Arbitrary<unknown>) => arbitrary.map((value) => JSON.stringify(value) ?? '')

const hostile = fc.oneof(
  { weight: 6, arbitrary: asText(mutated(proper)) },
  { weight: 3, arbitrary: garbled(asText(proper)) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) }
)

/** Only what is malformed is refused, and by name. */
export function fuzzParser ({ cases, seed }: FuzzRun): void {
  fc.assert(fc.property(fc.oneof(hostile, asText(proper)), (text) => {
    try {
      parseMessage(text)
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
    }
  }), { numRuns: cases, seed })
}

type Step = { do: 'message', text: string } | { do: 'echo', at: number } | { do: 'wait', ms: number } | { do: 'stop' } | { do: 'hang_up' } | { do: 'binary' }

/** A stream in which most is as it should be, so that it lasts. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 150, arbitrary: asText(proper).map((text) => ({ do: 'message' as const, text })) },
  { weight: 30, arbitrary: fc.nat().map((at) => ({ do: 'echo' as const, at })) },
  { weight: 30, arbitrary: hostile.map((text) => ({ do: 'message' as const, text })) },
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 3000 }).map((ms) => ({ do: 'wait' as const, ms })) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'stop' as const }, { do: 'hang_up' as const }, { do: 'binary' as const }) }
)

/**
 * Calls whose far end says anything. Whatever it says, the socket's handler does not throw, and when the socket has closed the call is over, its record
 * complete, and nothing of it goes on.
 */
export async function fuzzStreams (gateway: VirtualGateway, { cases, seed }: FuzzRun): Promise<FuzzReport> {
  const { deps, clock } = gateway
  const agent = await deps.stores.agents.findActiveIncoming(DEMO_NUMBER)
  let calls = 0
  let said = 0
  return await watched(async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: MESSAGES, maxLength: MESSAGES }), fc.integer({ min: 0, max: 9 }).map((n) => n > 0), fc.constantFrom('telephone' as const, 'browser' as const, 'widget' as const), async (steps, begins, by) => {
      const callSid = `${by === 'telephone' ? 'CA' : 'browser-'}${seed}x${calls++}`
      const { token, hash, expiresAt } = makeStreamToken(clock)
      await deps.stores.calls.create({ userId: agent?.userId ?? '', call_sid: callSid, ...(by === 'telephone' ? { from_number: CALLER_NUMBER } : { from_number: 'browser', channel: by }), to_number: DEMO_NUMBER, agent_id: agent?._id ?? '', session_id: 's', start_time: new Date(clock.now()), stream_token_hash: hash, stream_token_expires_at: expiresAt })
      const marks: string[] = []
      let receive = (_data: MessageText, _isBinary: boolean): void => {}
      let ended = (): void => {}
      let open = true
      const close = () => {
        if (!open) return
        open = false
        queueMicrotask(() => ended())
      }
      acceptMediaStream({
        send: (text) => {
          const message = JSON.parse(text) as { event: string }
          if (message.event === 'mark') marks.push(text)
        },
        close,
        bufferedAmount: 0,
        onMessage: (fn) => { receive = fn },
        onClose: (fn) => { ended = fn }
      }, deps)
      if (begins) {
        receive(JSON.stringify(ofStream('start', { start: { streamSid: STREAM_SID, callSid, customParameters: { token }, mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 } } })), false)
        await clock.advance(20)
      }
      for (const what of steps) {
        if (!open) break
        said++
        if (what.do === 'message') receive(Buffer.from(what.text), false)
        if (what.do === 'echo') receive(marks[what.at % Math.max(1, marks.length)] ?? '{}', false)
        if (what.do === 'stop') receive(JSON.stringify(stop), false)
        if (what.do === 'binary') receive(Buffer.alloc(9), true)
        if (what.do === 'hang_up') close()
        if (what.do === 'wait') await clock.advance(what.ms)
      }
      close()
      await clock.advance(1)
      if (deps.liveCalls.live > 0) throw new Error('A call goes on without its socket.')
      const record = await deps.stores.calls.findBySid(callSid)
      if (begins && record?.stream_token_hash === undefined && record?.status !== 'completed') throw new Error('The record of the call is not complete.')
    }), { numRuns: Math.ceil(cases / MESSAGES), seed })
    await clock.advance(60_000)
    if (clock.pendingTimers > 0) throw new Error(`${clock.pendingTimers} timers are left over.`)
    return said
  })
}

// Webhooks

const WEBHOOKS = ['voice', 'resume', 'outbound', 'status', 'answered-by', 'stream-status', 'dial-ended', 'sms', 'sms-status']

/** All that Twilio sends to any of them. */
const FIELDS: Record<string, string[]> = {
  CallSid: [`CA${'1'.repeat(32)}`, 'CAxx'],
  MessageSid: [`SM${'1'.repeat(32)}`, `MM${'2'.repeat(32)}`],
  SmsSid: [`SM${'1'.repeat(32)}`],
  StreamSid: ['MZ1'],
  From: [CALLER_NUMBER, DEMO_NUMBER, 'sip:somebody@example.com', ''],
  To: [DEMO_NUMBER, CALLER_NUMBER],
  Direction: ['inbound', 'outbound-api'],
  CallStatus: ['ringing', 'in-progress', 'completed', 'busy', 'nonsense'],
  MessageStatus: ['sent', 'delivered', 'failed', 'nonsense'],
  StreamEvent: ['stream-started', 'stream-stopped', 'stream-error'],
  AnsweredBy: ['human', 'machine_end_beep', 'unknown'],
  DialCallStatus: ['completed', 'no-answer'],
  DialCallDuration: ['12', '-1', 'NaN'],
  CallDuration: ['12', '999999999999'],
  SequenceNumber: ['0', '1', '99999999999999999999'],
  Timestamp: ['Mon, 23 Nov 2026 20:00:00 +0000', 'never'],
  ErrorCode: ['31921', ''],
  Body: ['STOP', 'START', 'Hello?', ''],
  NumMedia: ['0', '2', '11']
}

const anyText = fc.string({ unit: 'binary', maxLength: 60 })

const form = fc.tuple(
  fc.record(Object.fromEntries(Object.entries(FIELDS).map(([name, values]) => [name, fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: anyText })])), { noNullPrototype: true }),
  fc.array(fc.tuple(fc.oneof(fc.constantFrom('__proto__', 'constructor', 'MediaUrl0', 'userId[$ne]', ''), anyText), anyText), { maxLength: 2 }),
  fc.subarray(Object.keys(FIELDS), { maxLength: 2 })
).map(([fields, extras, gone]) => new Map([...Object.entries(fields), ...extras].filter(([name]) => !gone.includes(name))))

const webhookCase = fc.record({
  path: fc.constantFrom(...WEBHOOKS),
  query: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, fc.constantFrom('?attempt=1', '?attempt=x', '?attempt=1&attempt=2', `?dial=${'a'.repeat(24)}`, '?dial=', '?%', '?__proto__=1'), anyText.map((text) => `?dial=${encodeURIComponent(text)}`)),
  form,
  signed: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  type: fc.integer({ min: 0, max: 19 }).map((n) => ['text/plain', 'application/json', 'multipart/form-data; boundary=x'][n] ?? 'application/x-www-form-urlencoded')
})

/** Whatever is posted to Twilio's addresses, signed or not, the answer is TwiML or a refusal, never a fault. */
export async function fuzzWebhooks (gateway: VirtualGateway, { cases, seed }: FuzzRun): Promise<FuzzReport> {
  const { app, deps, clock } = gateway
  const phone = await deps.stores.phones.findActiveByNumber(DEMO_NUMBER)
  if (phone === undefined) throw new Error('There is no phone.')
  const authToken = deps.stores.phones.decryptAuthToken(phone)
  return await watched(async () => {
    await fc.assert(fc.asyncProperty(webhookCase, async ({ path, query, form, signed, type }) => {
      const fields = Object.fromEntries([...form, ['AccountSid', phone.twilioAccountSid]])
      const url = `/twilio/${path}${query}`
      const answer = await app.inject({
        method: 'POST',
        url,
        headers: { 'content-type': type, 'x-twilio-signature': signed ? sign(authToken, `${publicUrl(deps.config)}${url}`, fields) : 'forged' },
        payload: new URLSearchParams(fields).toString()
      })
      if (answer.statusCode >= 500) throw new Error(`${path} answered ${answer.statusCode}: ${answer.body}`)
      if (/^text\/xml/.test(String(answer.headers['content-type']))) parseTwiml(answer.body)
    }), { numRuns: cases, seed })
    // A fault that the caller is told of in a sentence is one all the same.
    const { values } = await deps.metrics.refusals.get()
    if (values.some(({ labels }) => labels.reason === 'failed')) throw new Error('A voice webhook failed.')
    await clock.advance(60_000)
    if (clock.pendingTimers > 0 || deps.liveCalls.count > 0) throw new Error(`${clock.pendingTimers} timers and ${deps.liveCalls.count} places are left over.`)
    return cases
  })
}

// The API

interface Operation { method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, query: string[], example: unknown }

/** These never end, forget who is there, or spend tenths of a second on a password. */
const LEFT_OUT = /\/(events|logout|login|register|password)$/

interface OpenApi { paths?: Record<string, Record<string, { parameters?: Array<{ name: string, in: string }>, requestBody?: { content?: Record<string, { example?: unknown, examples?: Record<string, { value?: unknown }> }> } }>> }

const operationsOf = ({ paths = {} }: OpenApi): Operation[] => Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
  const body = requestBody?.content?.['application/json']
  return {
    method: method.toUpperCase() as Operation['method'],
    path,
    query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
    example: body?.example ?? Object.values(body?.examples ?? {})[0]?.value ?? {}
  }
})).filter(({ path }) => !LEFT_OUT.test(path))

const anyId = fc.oneof({ weight: 1, arbitrary: fc.constantFrom('0'.repeat(24), '%00', '..%2f', '$ne', 'x'.repeat(200)) }, { weight: 1, arbitrary: anyText.map(encodeURIComponent) })

/** Whatever a user sends to the API, the answer is one of its own, and no fault. */
export async function fuzzApi (gateway: VirtualGateway, { cases, seed }: FuzzRun): Promise<FuzzReport> {
  const { app, deps: { stores }, clock } = gateway
  const phone = await stores.phones.findActiveByNumber(DEMO_NUMBER)
  if (phone === undefined) throw new Error('There is no phone.')
  const { userId } = phone
  await stores.apiKeys.create(userId, { name: 'fuzz', secret: 'fuzz' })
  const agent = await stores.agents.findActiveIncoming(DEMO_NUMBER)
  const ids = [phone._id, agent?._id ?? '']
  const described = await app.inject({ url: '/documentation/json' })
  const operations = operationsOf(described.json<OpenApi>())
  const request = fc.constantFrom(...operations).chain((operation) => fc.record({
    operation: fc.constant(operation),
    id: fc.oneof(fc.constantFrom(...ids), anyId),
    query: fc.dictionary(fc.oneof({ weight: 4, arbitrary: fc.constantFrom('limit', 'cursor', ...operation.query) }, anyText), fc.oneof(fc.constantFrom('1', '-1', 'true', '2026-02-30', '2026-11-23T20:00:00Z', 'null'), anyText), { maxKeys: 2 }),
    body: fc.oneof(mutated(fc.constant(operation.example)), mutated(mutated(fc.constant(operation.example))), fc.jsonValue()),
    key: fc.option(fc.constantFrom('a', 'b', 'x'.repeat(300)), { nil: undefined })
  }))
  return await watched(async () => {
    await fc.assert(fc.asyncProperty(request, async ({ operation: { method, path }, id, query, body, key }) => {
      const answering = app.inject({
        method,
        url: `${path.replace('{id}', id)}?${new URLSearchParams(query)}`,
        headers: { authorization: 'Bearer fuzz', 'x-forwarded-for': '127.0.0.1', ...(key !== undefined && { 'idempotency-key': key }), ...(method !== 'GET' && { 'content-type': 'application/json' }) },
        ...(method !== 'GET' && { payload: JSON.stringify(body) })
      })
      const answer = await withTime(clock, answering)
      // What a provider or Twilio answers is theirs.
      if (answer.statusCode >= 500 && !/"code":"(provider_\w+|rate_limited)"/.test(answer.body)) throw new Error(`${method} ${path} answered ${answer.statusCode}: ${answer.body}`)
      if (answer.statusCode === 401) throw new Error(`${method} ${path} forgot who asks.`)
    }), { numRuns: cases, seed })
    await clock.advance(60_000)
    if (clock.pendingTimers > 0) throw new Error(`${clock.pendingTimers} timers are left over.`)
    return cases
  })
}

/** Waits for work of which some takes the clock's time and some the machine's. */
async function withTime<T> (clock: VirtualGateway['clock'], work: Promise<T>): Promise<T> {
  const state = { done: false }
  const settled = work.finally(() => { state.done = true })
  for (let n = 0; !state.done; n++) {
    await new Promise<void>((resolve) => { n < 20 ? setImmediate(resolve) : setTimeout(resolve, 2) })
    if (n >= 20 && !state.done) await clock.advance(20)
  }
  return await settled
}

/** Runs it, and sees what nobody else would: rejections without a handler, listeners that pile up. @returns with the cases that it counted */
async function watched (run: () => Promise<number>): Promise<FuzzReport> {
  const warnings: string[] = []
  const note = (what: unknown) => { warnings.push(what instanceof Error ? what.stack ?? what.message : String(what)) }
  process.on('unhandledRejection', note).on('warning', note)
  try {
    const cases = await run()
    await new Promise((resolve) => setImmediate(resolve))
    return { cases, warnings }
  } finally {
    process.off('unhandledRejection', note).off('warning', note)
  }
}
