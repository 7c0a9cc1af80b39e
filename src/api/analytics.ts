import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { EarshotError } from '../errors.ts'
import type { CallStatistics, CallSums } from '../store/call-statistics.ts'
import { Id, Timestamp } from '../store/record.ts'
import { addUsage, UsageSchema } from '../store/usage.ts'
import { identityOf } from './authentication.ts'
import { strictBody } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { percentiles } from './percentiles.ts'
import { replies } from './replies.ts'

const DAY_MS = 86_400_000
/** A year, whose last day may be cut by either end. */
const MAX_RANGE_MS = 367 * DAY_MS
const USUAL_RANGE_MS = 30 * DAY_MS
/** From here on it is the year 10000 somewhere, which no date of four digits can name. */
const LAST_MS = Date.UTC(9999, 11, 31)

const Query = strictBody({
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Calls that began at this instant or later; 30 days before `to` when left out' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Calls that began before this instant; now when left out' })),
  agentId: Type.Optional(Id),
  phoneNumberId: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Calls of this phone number' })),
  number: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Calls with this number on either end' })),
  timeZone: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'IANA name: whose days and hours; UTC when left out' }))
})

const Amount = Type.Number({ minimum: 0 })
const Sums = {
  calls: Type.Integer({ minimum: 0, description: 'All that began, also those that go on and those that nobody answered' }),
  talkSeconds: { ...Amount, description: 'Of calls that are over, from start to end; of an outgoing one with the ringing' },
  averageDurationSeconds: Type.Optional({ ...Amount, description: 'Of calls that are over; left out when none is' }),
  averageReplyMs: Type.Optional({ ...Amount, description: 'Reply latency: from the end of the caller\'s speech to the first sound of the answer that leaves for the carrier; greetings and other sentences of Earshot\'s own are no answers' }),
  interruptions: Type.Integer({ minimum: 0, description: 'What the agent said and was not heard to its end: the caller spoke over it, pressed a key or hung up. An "uh-huh" after which the agent goes on is none' }),
  hangUpsInFirst10Seconds: Type.Integer({ minimum: 0, description: 'Calls that the other side hung up (end_reason caller_hung_up or twilio_completed) in less than ten seconds after their start' }),
  errors: Type.Integer({ minimum: 0, description: 'Calls that ended with end_reason failed, connection_lost, never_connected or twilio_failed; busy and no answer are none' })
}

const { stage, provider, model } = UsageSchema.properties
const Analytics = Type.Object({
  from: { ...Timestamp, description: 'Calls that began at this instant or later' },
  to: { ...Timestamp, description: 'Calls that began before this instant' },
  timeZone: Type.String({ description: 'Whose days and hours' }),
  totals: Type.Object({
    ...Sums,
    durationPercentiles: Type.Object({ p50: Amount, p90: Amount, p99: Amount }, { description: 'Seconds, to half a second; 0 without calls' }),
    replyLatencyMs: Type.Object({ p50: Amount, p90: Amount, p95: Amount, p99: Amount }, { description: 'Milliseconds, to 5; 0 without replies' }),
    byOutcome: Type.Array(Type.Object({ outcome: Type.String({ description: 'The end_reason; of a call without one, its status' }), calls: Type.Integer({ minimum: 0, description: 'How many ended so' }) }), { description: 'How the calls ended' }),
    usage: Type.Array(Type.Object({ stage, provider, model, requests: Amount, audioSeconds: Amount, characters: Amount, inputTokens: Amount, outputTokens: Amount }), { description: 'Tokens, seconds of speech and characters by stage, provider and model, aborted requests included: of the calls, and of the answers to text messages that came in within the same time; without a number asked for, also of the agents that were tried out in writing then' })
  }, { description: 'All calls together' }),
  byDay: Type.Array(Type.Object({ day: Type.String({ format: 'date' }), ...Sums }), { description: 'Every day that the range touches' }),
  byHour: Type.Array(Type.Object({ hour: Type.Integer({ minimum: 0, maximum: 23 }), ...Sums }), { description: 'The hours of the day, over all days' }),
  byAgent: Type.Array(Type.Object({ agentId: Type.String({ description: 'Empty for calls without an agent' }), ...Sums }), { description: 'Agents that had calls' })
}, { title: 'Analytics', additionalProperties: false })

/** What the calls of a time come to. */
export const analyticsRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { stores: { calls, messages, chatUsage, phones }, clock } }) => {
  app.get('/', {
    schema: { tags: ['Analytics'], summary: 'Analyse the calls', description: 'By their start, over at most a year.', querystring: Query, response: replies(200, { analytics: Analytics }) }
  }, async (request) => {
    const { userId } = identityOf(request)
    const { agentId, phoneNumberId, timeZone = 'UTC' } = request.query
    const { from, to } = rangeOf(request.query, clock.now())
    checkTimeZone(timeZone)
    let { number } = request.query
    if (phoneNumberId !== undefined) {
      if (number !== undefined) throw invalid('number', 'Give phoneNumberId or number, not both.')
      number = (await phones.find(userId, phoneNumberId))?.phoneNumber
      if (number === undefined) throw invalid('phoneNumberId', 'phoneNumberId is none of your phone numbers.')
    }
    const query = { from, to, agentId, number, timeZone }
    const [statistics, texts, chats] = await Promise.all([calls.statistics(userId, query), messages.usage(userId, query), number === undefined ? chatUsage.sums(userId, query) : []])
    addUsage(statistics.usage, [...texts, ...chats])
    return { success: true as const, analytics: { from, to, timeZone, ...analyticsOf(statistics, daysOf(from, to, timeZone)) } }
  })
}

function rangeOf ({ from: given, to: until }: Static<typeof Query>, nowMs: number): { from: Date, to: Date } {
  const to = until === undefined ? new Date(nowMs) : new Date(until)
  const from = given === undefined ? new Date(to.getTime() - USUAL_RANGE_MS) : new Date(given)
  if (!(to.getTime() > from.getTime())) throw invalid('to', 'to must be after from.')
  if (to.getTime() > LAST_MS) throw invalid('to', 'to must be before the last day of the year 9999.')
  if (to.getTime() - from.getTime() > MAX_RANGE_MS) throw invalid('from', 'from and to may be a year apart at most.')
  return { from, to }
}

function checkTimeZone (timeZone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone })
  } catch {
    throw invalid('timeZone', 'timeZone must be an IANA name such as Europe/Berlin.')
  }
}

/** The days that a range touches, as dates by the zone's calendar. */
function daysOf (from: Date, to: Date, timeZone: string): string[] {
  // Sweden writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone })
  const [first, last] = [format.format(from), format.format(to.getTime() - 1)]
  const days = [first]
  for (let day = first; day < last;) days.push(day = dayAfter(day))
  return days
}

const dayAfter = (day: string): string => dayOf(Date.parse(day) / DAY_MS + 1)
const dayOf = (days: number): string => new Date(days * DAY_MS).toISOString().slice(0, 10)

function analyticsOf ({ byHour, byAgent, durations, replyTimes, usage }: CallStatistics, days: string[]) {
  return {
    totals: {
      ...shown(byHour),
      durationPercentiles: percentiles(durations, { p50: 0.5, p90: 0.9, p99: 0.99 }),
      replyLatencyMs: percentiles(replyTimes, { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 }),
      byOutcome: grouped(byAgent, ({ _id }) => _id.outcome).map(([outcome, rows]) => ({ outcome, calls: sum(rows, 'calls') })),
      usage: usage.map(({ _id, audioSeconds, ...amounts }) => ({ ..._id, ...amounts, audioSeconds: toMilliseconds(audioSeconds) })).sort(by(({ stage, provider, model }) => `${stage} ${provider} ${model}`))
    },
    byDay: grouped(byHour, ({ _id }) => dayOf(_id.day), days).map(([day, rows]) => ({ day, ...shown(rows) })),
    byHour: grouped(byHour, ({ _id }) => _id.hour, [...Array(24).keys()]).map(([hour, rows]) => ({ hour, ...shown(rows) })),
    byAgent: grouped(byAgent, ({ _id }) => _id.agentId).map(([agentId, rows]) => ({ agentId, ...shown(rows) }))
  }
}

/** Rows by key, in the order of the keys; those of `keys` also without a row. */
function grouped<Row, Key extends string | number> (rows: readonly Row[], keyOf: (row: Row) => Key, keys: readonly Key[] = []): Array<[Key, Row[]]> {
  const groups = new Map<Key, Row[]>(keys.map((key) => [key, []]))
  for (const row of rows) groups.set(keyOf(row), [...groups.get(keyOf(row)) ?? [], row])
  return keys.length > 0 ? [...groups] : [...groups].sort(by(([key]) => String(key)))
}

const by = <Row> (textOf: (row: Row) => string) => (one: Row, other: Row): number => textOf(one) < textOf(other) ? -1 : 1

const sum = (rows: readonly CallSums[], field: keyof CallSums): number => rows.reduce((total, row) => total + row[field], 0)

function shown (rows: readonly CallSums[]) {
  const [ended, talkSeconds, timed] = [sum(rows, 'ended'), sum(rows, 'talkSeconds'), sum(rows, 'replies')]
  return {
    calls: sum(rows, 'calls'),
    talkSeconds: toMilliseconds(talkSeconds),
    ...(ended > 0 && { averageDurationSeconds: toMilliseconds(talkSeconds / ended) }),
    ...(timed > 0 && { averageReplyMs: Math.round(sum(rows, 'replyMs') / timed) }),
    interruptions: sum(rows, 'interruptions'),
    hangUpsInFirst10Seconds: sum(rows, 'hangUpsInFirst10Seconds'),
    errors: sum(rows, 'errors')
  }
}

/** Sums of fractions differ in their last digits with the order of adding, which no database promises. */
const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000

const invalid = (field: string, message: string): EarshotError => new EarshotError('invalid', message, { field })
