import type { CallRecord } from './calls.ts'
import type { Collection, Filter, Reduction } from './collection.ts'
import { addUsage, USAGE_PIPELINE, type UsageSums } from './usage.ts'
import { zoneOffsets, type ZoneOffset } from './zone-offsets.ts'

/** Which calls, by their start: `from` inclusive, `to` exclusive. */
export interface StatisticsQuery {
  from: Date
  to: Date
  agentId?: string | undefined
  /** On either end. */
  number?: string | undefined
  /** IANA name: whose days and hours. */
  timeZone: string
}

/** What some calls come to. */
export interface CallSums {
  calls: number
  /** Those that are over: `talkSeconds` is theirs. */
  ended: number
  talkSeconds: number
  interruptions: number
  hangUpsInFirst10Seconds: number
  errors: number
  /** Replies that were timed, and their times together. */
  replies: number
  replyMs: number
}

/** What a reply's time or a call's length was, and how often. */
interface Count { _id: number, count: number }

export interface CallStatistics {
  /** Days count from 1970-01-01, both by the zone's clocks. */
  byHour: Array<{ _id: { day: number, hour: number } } & CallSums>
  /** `outcome` is the end_reason; without one, the status. */
  byAgent: Array<{ _id: { agentId: string, outcome: string } } & CallSums>
  /** Of calls that are over, to whole seconds. */
  durations: Count[]
  /** To 10 ms. */
  replyTimes: Count[]
  usage: UsageSums[]
}

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const EARLY_SECONDS = 10

/** Whoever hangs up, Twilio's word of it may come before the stream's. */
const HUNG_UP = ['caller_hung_up', 'twilio_completed']

/** Ends that nobody wanted. That nobody answered, or the line was engaged, is none. */
const ERRORS = ['failed', 'connection_lost', 'never_connected', 'twilio_failed']

/** Aggregated by the database where that is a server. */
export const callStatistics = async (collection: Pick<Collection<CallRecord>, 'reduce'>, userId: string, { from, to, agentId, number, timeZone }: StatisticsQuery): Promise<CallStatistics> => {
  const filter: Filter = {
    userId,
    start_time: { $gte: from, $lt: to },
    ...(agentId !== undefined && { agent_id: agentId }),
    ...(number !== undefined && { $or: [{ from_number: number }, { to_number: number }] })
  }
  return await collection.reduce(filter, reduction(zoneOffsets(timeZone, from.getTime(), to.getTime())))
}

const SUMS = {
  calls: { $sum: 1 },
  ended: { $sum: { $cond: [{ $eq: ['$status', 'completed'] }, 1, 0] } },
  talkSeconds: { $sum: '$duration_seconds' },
  interruptions: { $sum: '$interruptions' },
  hangUpsInFirst10Seconds: { $sum: { $cond: [{ $and: [{ $in: ['$end_reason', HUNG_UP] }, { $lt: [{ $ifNull: ['$duration_seconds', EARLY_SECONDS] }, EARLY_SECONDS] }] }, 1, 0] } },
  errors: { $sum: { $cond: [{ $in: ['$end_reason', ERRORS] }, 1, 0] } },
  replies: { $sum: { $size: { $ifNull: ['$reply_times_ms', []] } } },
  replyMs: { $sum: { $sum: '$reply_times_ms' } }
}

const reduction = (offsets: ZoneOffset[]): Reduction<CallRecord, CallStatistics> => {
  const localMs = { $add: [{ $subtract: ['$start_time', new Date(0)] }, offsetExpression(offsets)] }
  const count = { $sum: 1 }
  return {
    pipeline: [{
      $facet: {
        byHour: [{ $group: { _id: { day: { $floor: { $divide: [localMs, DAY_MS] } }, hour: { $mod: [{ $floor: { $divide: [localMs, HOUR_MS] } }, 24] } }, ...SUMS } }],
        byAgent: [{ $group: { _id: { agentId: '$agent_id', outcome: { $ifNull: ['$end_reason', '$status'] } }, ...SUMS } }],
        durations: [{ $match: { duration_seconds: { $exists: true } } }, { $group: { _id: { $floor: { $add: ['$duration_seconds', 0.5] } }, count } }],
        replyTimes: [{ $unwind: '$reply_times_ms' }, { $group: { _id: '$reply_times_ms', count } }],
        usage: USAGE_PIPELINE
      }
    }],
    start: () => ({ byHour: [], byAgent: [], durations: [], replyTimes: [], usage: [] }),
    add: adder(offsets)
  }
}

/** Milliseconds that the zone is ahead of UTC at a call's start. */
const offsetExpression = (offsets: ZoneOffset[]): unknown =>
  offsets.reduceRight<unknown>((otherwise, { untilMs, offsetMs }) => untilMs === Infinity ? offsetMs : { $cond: [{ $lt: ['$start_time', new Date(untilMs)] }, offsetMs, otherwise] }, 0)

/** Finds the row of a group by its key, and makes it where there is none. */
const rowFinder = <Row>() => {
  const rows = new Map<string | number, Row>()
  return (table: Row[], key: string | number, make: () => Row): Row => {
    const known = rows.get(key)
    if (known !== undefined) return known
    const made = make()
    rows.set(key, made)
    table.push(made)
    return made
  }
}

/** The same by hand. */
const adder = (offsets: ZoneOffset[]): Reduction<CallRecord, CallStatistics>['add'] => {
  const [hourRow, agentRow] = [rowFinder<CallStatistics['byHour'][number]>(), rowFinder<CallStatistics['byAgent'][number]>()]
  const [durationRow, replyRow] = [rowFinder<Count>(), rowFinder<Count>()]
  return ({ byHour, byAgent, durations, replyTimes, usage }, call) => {
    const { agent_id: agentId, start_time: start, end_reason: reason, status, duration_seconds: seconds, reply_times_ms: times = [] } = call
    const startMs = start.getTime()
    const localMs = startMs + (offsets.find(({ untilMs }) => startMs < untilMs)?.offsetMs ?? 0)
    const [day, hour, outcome] = [Math.floor(localMs / DAY_MS), Math.floor(localMs / HOUR_MS) % 24, reason ?? status]
    addCall(hourRow(byHour, `${day} ${hour}`, () => ({ _id: { day, hour }, ...NO_CALLS })), call)
    addCall(agentRow(byAgent, `${agentId} ${outcome}`, () => ({ _id: { agentId, outcome }, ...NO_CALLS })), call)
    const counted = (rowOf: typeof durationRow, table: Count[], value: number) => { rowOf(table, value, () => ({ _id: value, count: 0 })).count++ }
    if (seconds !== undefined) counted(durationRow, durations, Math.floor(seconds + 0.5))
    for (const ms of times) counted(replyRow, replyTimes, ms)
    addUsage(usage, call.usage ?? [])
  }
}

const NO_CALLS: CallSums = { calls: 0, ended: 0, talkSeconds: 0, interruptions: 0, hangUpsInFirst10Seconds: 0, errors: 0, replies: 0, replyMs: 0 }

const addCall = (sums: CallSums, { status, end_reason: reason = '', duration_seconds: seconds, interruptions = 0, reply_times_ms: times = [] }: CallRecord): void => {
  sums.calls++
  if (status === 'completed') sums.ended++
  sums.talkSeconds += seconds ?? 0
  sums.interruptions += interruptions
  if (HUNG_UP.includes(reason) && seconds !== undefined && seconds < EARLY_SECONDS) sums.hangUpsInFirst10Seconds++
  if (ERRORS.includes(reason)) sums.errors++
  sums.replies += times.length
  sums.replyMs += times.reduce((sum, ms) => sum + ms, 0)
}
