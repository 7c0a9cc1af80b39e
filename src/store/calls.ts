import { timingSafeEqual } from 'node:crypto'
import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import { callStatistics, type CallStatistics, type StatisticsQuery } from './call-statistics.ts'
import { changeAtEnd, PRICE_AFTER_MS } from './call-end.ts'
import { carrierFields, isTerminal, statusesAround, TERMINAL_STATUSES, type AnsweredBy, type CarrierStatus } from './carrier.ts'
import type { Database, Filter, Index } from './collection.ts'
import { createId, sha256 } from './id.ts'
import { defined, OWNED_INDEXES, type OwnedStore } from './owned-store.ts'
import { findPage } from './page.ts'
import { IsDeleted, oneOf, recordSchema, Timestamp, type StoreFilled } from './record.ts'
import { UsageSchema } from './usage.ts'

/** One finished turn of a call. `text` is what was heard: of an interrupted reply, only as far as it was played. */
export const TurnSchema = Type.Object({
  role: oneOf(['user', 'assistant', 'system', 'tool']),
  text: Type.String(),
  timestamp: Timestamp,
  interrupted: Type.Optional(Type.Boolean()),
  latency: Type.Optional(Type.Record(Type.String(), Type.Number(), { description: 'Milliseconds by stage' }))
}, { additionalProperties: false })
export type TranscriptTurn = Static<typeof TurnSchema>

/** A file that a stream of the call has left, on the disk of the process that carried it. */
const CallFileSchema = Type.Object({
  part: Type.Integer({ minimum: 1, description: 'Counts the streams of a call: more than one when it was resumed' }),
  file: Type.String({ description: 'Its name' }),
  started_at: Type.Optional({ ...Timestamp, description: 'When its stream began' }),
  bytes: Type.Optional(Type.Integer({ minimum: 0, description: 'Left out while it is being written, and when its process died meanwhile' }))
}, { additionalProperties: false })
type CallFile = Static<typeof CallFileSchema>

/** Call fields are snake_case, in the database and in JSON. Numbers are as Twilio gives them: a caller may be "anonymous". */
export const CallSchema = recordSchema({
  call_sid: Type.String({ minLength: 1, maxLength: 64, description: 'Twilio\'s id of the call; unique' }),
  from_number: Type.String({ maxLength: 64, description: 'Who called, as Twilio says it: it may be "anonymous"' }),
  to_number: Type.String({ maxLength: 64, description: 'Who was called' }),
  agent_id: Type.String({ maxLength: 64, description: 'Empty for a call without an agent' }),
  session_id: Type.String({ maxLength: 64, description: 'Names the conversation; of an outgoing call the id of its dial' }),
  status: oneOf(['active', 'completed'], { description: 'completed: over, its record is whole' }),
  start_time: { ...Timestamp, description: 'When the webhook came, or the call was placed' },
  end_time: Type.Optional({ ...Timestamp, description: 'When it ended' }),
  duration_seconds: Type.Optional(Type.Number({ minimum: 0, description: 'From start to end' })),
  transcript: Type.Array(TurnSchema, { description: 'Its turns, in order' }),
  direction: Type.Optional(oneOf(['incoming', 'outgoing'], { description: 'Whether the number on our side was called or called' })),
  end_reason: Type.Optional(Type.String({ maxLength: 100, description: 'Why the call ended: a code, never what was said' })),
  latency: Type.Optional(Type.Record(Type.String(), Type.Number(), { description: 'Milliseconds by stage, the mean of the call\'s answers' })),
  usage: Type.Optional(Type.Array(UsageSchema, { description: 'What the providers were used for, by stage, provider and model; requests that were aborted count too' })),
  interruptions: Type.Optional(Type.Integer({ minimum: 0, description: 'Replies that the caller cut off' })),
  reply_times_ms: Type.Optional(Type.Array(Type.Number(), { description: 'Of each answer, from the end of the caller\'s speech to the first sound; to 10 ms' })),
  turn_count: Type.Integer({ minimum: 0, description: 'The length of the transcript' }),
  stream_token_hash: Type.Optional(Type.String({ description: 'SHA-256 of the one-time stream token, hexadecimal; never returned' })),
  stream_token_expires_at: Type.Optional({ ...Timestamp, description: 'Until then the stream may begin; never returned' }),
  system_prompt: Type.Optional(Type.String({ maxLength: 50_000, description: 'In place of the agent\'s own' })),
  channel: Type.Optional(oneOf(['browser', 'widget'], { description: 'Of a call that no telephone takes part in: from the console, or from another site. Left out: a telephone call' })),
  max_duration_seconds: Type.Optional(Type.Integer({ minimum: 1, description: 'The call ends after this long, if the agent lets it go on for so long' })),
  resume_count: Type.Optional(Type.Integer({ minimum: 0, description: 'How often the media stream was cut and connected again' })),
  tapes: Type.Optional(Type.Array(CallFileSchema, { description: 'What was recorded for replay' })),
  recordings: Type.Optional(Type.Array(CallFileSchema, { description: 'Both voices as audio' })),
  erased: Type.Optional(Type.Literal(true, { description: 'One of its numbers has been erased, and all that was said: nothing is added to the transcript any more' })),
  isDeleted: Type.Optional({ ...IsDeleted, description: 'Removed by its owner: in no list and no answer, but still in the analytics and in an export' }),
  ...carrierFields
})
export type CallRecord = Static<typeof CallSchema>

/** Whether a call is a browser's. Twilio knows nothing of it, and there is nothing to ask Twilio about it. */
export const isBrowserCall = ({ channel }: Pick<CallRecord, 'channel'>): boolean => channel !== undefined

type Numbers = Pick<CallRecord, 'direction' | 'from_number' | 'to_number'>

/** The registered phone's end of a call. */
export const ourNumberOf = ({ direction, from_number: from, to_number: to }: Numbers): string => direction === 'outgoing' ? from : to
/** The other end. */
export const theirNumberOf = ({ direction, from_number: from, to_number: to }: Numbers): string => direction === 'outgoing' ? to : from

/** A call as the voice webhook, the dialler or a browser's request knows it. */
export type NewCall =
  Pick<CallRecord, 'userId' | 'call_sid' | 'from_number' | 'to_number' | 'agent_id' | 'session_id' | 'start_time'> &
  Partial<Pick<CallRecord, 'direction' | 'system_prompt' | 'stream_token_hash' | 'stream_token_expires_at' | 'channel' | 'max_duration_seconds'>>

/** How a call ended; `duration_seconds` is computed from its start. */
export type CallEnd = { end_time: Date } & Partial<Pick<CallRecord, 'end_reason' | 'usage'>>

/** What Twilio tells of a call, in a callback or when it is asked. */
export interface CarrierNews {
  status: CarrierStatus
  /** Of callbacks the later one has the higher number; what Twilio answers when it is asked is later than all of them. */
  sequence: number
  /** Of a call that is over. */
  endedAt?: Date
  details?: Partial<Pick<CallRecord, 'carrier_duration_seconds' | 'sip_response_code' | 'price' | 'price_unit'>>
}

/** How connecting the other side to a person ended (https://www.twilio.com/docs/voice/twiml/dial#action). */
export type DialResult = Pick<CallRecord, 'dial_status' | 'dial_call_sid' | 'dial_duration_seconds'>

export interface CallStore extends Pick<OwnedStore<CallRecord, Omit<CallRecord, StoreFilled>>, 'find' | 'list'> {
  /** Removes a call that is over from lists and answers; false when there is no such call. @throws EarshotError `conflict` for one that is live */
  remove (userId: string, id: string): Promise<boolean>
  /** Takes a removal back. Undefined: no such removed call. */
  restore (userId: string, id: string): Promise<CallRecord | undefined>
  /** What a user's calls of a time come to, those of removed records too. */
  statistics (userId: string, query: StatisticsQuery): Promise<CallStatistics>
  /** Stores a call once: a second one with the same call_sid answers the first and `created: false`. */
  create (call: NewCall): Promise<{ call: CallRecord, created: boolean }>
  findBySid (callSid: string): Promise<CallRecord | undefined>
  /** Gives an active call whose token is not spent another one (a repeated webhook); the one before is void. Undefined: no such call. */
  setStreamToken (callSid: string, tokenHash: string, expiresAt: Date): Promise<CallRecord | undefined>
  /** Spends the token: answers the call once, and undefined for a token that is wrong, spent, expired or another call's. */
  redeemStreamToken (callSid: string, token: string): Promise<CallRecord | undefined>
  /**
   * Stores turn number `index` (from 0). Safe to repeat: a turn that is stored already is left alone. Of a call that has been erased, nothing is stored any more.
   * @throws EarshotError `conflict` when another turn has this index or a turn before it is missing, `not_found` for an unknown call
   */
  appendTurn (callSid: string, index: number, turn: TranscriptTurn): Promise<void>
  /**
   * Takes up a call whose stream was cut: it is active, or was completed with the end_reason `connection_lost` or `shutdown`. It becomes
   * active again without an end, gets a new stream token, and its resume_count goes up by one, all in one step.
   * Undefined: no such call, ended otherwise, over for Twilio, or resumed `maxResumes` times already.
   */
  resume (callSid: string, tokenHash: string, expiresAt: Date, maxResumes: number): Promise<CallRecord | undefined>
  /** The session_ids of a user's outgoing calls that began since `since` and are up: their dials. */
  outgoingUp (userId: string, since: Date): Promise<string[]>
  /** The minutes of a user's outgoing calls that began since `since` and are over. */
  outgoingMinutes (userId: string, since: Date): Promise<number>
  /**
   * Ends the calls whose stream token ran out unspent: their stream never began, on any process. Answers how many.
   * @param now end of those calls
   */
  completeUnconnected (now: Date): Promise<number>
  /** Notes what Twilio tells, and ends a call that is over for Twilio. Late and repeated news change nothing. Answers the call as it is. */
  noteCarrier (callSid: string, news: CarrierNews): Promise<CallRecord | undefined>
  /** Notes who answered. True once: for the first answer. */
  noteAnsweredBy (callSid: string, answeredBy: AnsweredBy): Promise<boolean>
  noteDial (callSid: string, result: DialResult): Promise<void>
  noteStreamError (callSid: string, error: string): Promise<void>
  /** Takes the call about which Twilio is to be asked next, so that no other process asks meanwhile. */
  claimCheck (leaseMs: number): Promise<CallRecord | undefined>
  /** Has Twilio asked about a call again at an instant, or no more. */
  checkAt (callSid: string, at: Date | undefined): Promise<void>
  /**
   * A stream of the call begins to write a file.
   * @param kind the field that names it
   */
  addFile (callSid: string, kind: 'tapes' | 'recordings', file: CallFile): Promise<void>
  /** The file is whole. One that the record does not name any more is left out. */
  setFileBytes (callSid: string, kind: 'tapes' | 'recordings', file: string, bytes: number): Promise<void>
  /** The file is gone. */
  removeFile (id: string, kind: 'tapes' | 'recordings', file: string): Promise<void>
  /** Calls of whatever owners. Not for requests of users. */
  findMany (ids: readonly string[]): Promise<CallRecord[]>
  /** Empties the transcripts of at most `limit` of a user's calls that ended before `before`; answers how many had one. A turn that comes later is refused. */
  emptyTranscripts (userId: string, before: Date, limit: number): Promise<number>
  /**
   * Ends a call. Of several ends the earliest time, the reason that says most and the latest usage count; a repeated one changes nothing. Answers the call as it is.
   * Undefined: no such call.
   * @param resumeCount the call's when its stream began: should another stream have taken the call up since, it goes on
   */
  complete (callSid: string, end: CallEnd, resumeCount?: number): Promise<CallRecord | undefined>
}

const INDEXES: readonly Index[] = [
  ...OWNED_INDEXES,
  { fields: ['call_sid'], unique: true },
  { fields: ['userId', 'start_time', '_id'] },
  { fields: ['userId', 'end_time'] },
  { fields: ['status', 'start_time'] },
  // Not sparse: nedb leaves dates out of a sparse index.
  { fields: ['carrier_check_at'] }
]

/** A call is looked for at Twilio this often, until its end is known. */
export const CHECK_EVERY_MS = 5 * 60_000

export const openCalls = async (database: Database, clock: Clock): Promise<CallStore> => {
  const collection = await database.collection<CallRecord>('calls', INDEXES)
  const now = () => new Date(clock.now())

  const findBySid = (callSid: string) => collection.findOne({ call_sid: callSid })

  const checkAt = async (callSid: string, at: Date | undefined): Promise<void> => {
    await collection.updateOne({ call_sid: callSid }, at === undefined ? { $unset: { carrier_check_at: true } } : { $set: { carrier_check_at: at } })
  }

  const complete = async (callSid: string, end: CallEnd, resumeCount?: number): Promise<CallRecord | undefined> => {
    for (;;) {
      const call = await findBySid(callSid)
      if (call === undefined || (resumeCount !== undefined && (call.resume_count ?? 0) !== resumeCount)) return call
      const change = changeAtEnd(call, end, clock.now())
      if (change === undefined) return call
      // Another end, or a resumption, may have come in between: then all is looked at anew.
      const changed = await collection.findOneAndUpdate({ ...asRead(call, ['status', 'resume_count', 'end_time', 'end_reason', 'carrier_status']), call_sid: callSid }, change)
      if (changed !== undefined) return changed
    }
  }

  return {
    async create (call) {
      const record: CallRecord = {
        ...call,
        _id: createId(clock.now()),
        status: 'active',
        transcript: [],
        turn_count: 0,
        resume_count: 0,
        ...(!isBrowserCall(call) && call.call_sid.startsWith(CARRIER_SID) && { carrier_check_at: new Date(clock.now() + CHECK_EVERY_MS) }),
        created_at: now(),
        updated_at: now()
      }
      try {
        await collection.insertOne(defined(record))
        return { call: record, created: true }
      } catch (error) {
        const stored = isDuplicate(error) ? await findBySid(call.call_sid) : undefined
        if (stored === undefined) throw error
        return { call: stored, created: false }
      }
    },

    find: (userId, id) => collection.findOne({ _id: id, userId, ...NOT_REMOVED }),

    async remove (userId, id) {
      const mine: Filter = { _id: id, userId, ...NOT_REMOVED }
      if (await collection.updateOne({ ...mine, status: 'completed' }, { $set: { isDeleted: true, updated_at: now() } }) === 1) return true
      if (await collection.findOne(mine) === undefined) return false
      throw new EarshotError('conflict', 'This call is live: end it first.')
    },

    restore: (userId, id) => collection.findOneAndUpdate({ _id: id, userId, isDeleted: true }, { $unset: { isDeleted: true }, $set: { updated_at: now() } }),

    findBySid,

    statistics: (userId, query) => callStatistics(collection, userId, query),

    checkAt,

    complete,

    list: (userId, query = {}) => findPage(collection, { userId, ...NOT_REMOVED }, query),

    setStreamToken: (callSid, tokenHash, expiresAt) => collection.findOneAndUpdate(
      { call_sid: callSid, status: 'active', stream_token_hash: { $exists: true } },
      { $set: { stream_token_hash: tokenHash, stream_token_expires_at: expiresAt, updated_at: now() } }
    ),

    async redeemStreamToken (callSid, token) {
      const call = await findBySid(callSid)
      if (call?.stream_token_hash === undefined || !sameHash(call.stream_token_hash, sha256(token))) return undefined
      return await collection.findOneAndUpdate(
        { call_sid: callSid, status: 'active', stream_token_hash: call.stream_token_hash, stream_token_expires_at: { $gt: now() } },
        { $unset: { stream_token_hash: true, stream_token_expires_at: true }, $set: { updated_at: now() } }
      )
    },

    async appendTurn (callSid, index, turn) {
      const replyMs = turn.latency?.['firstFrameMs']
      const update = {
        $push: { transcript: defined(turn), ...(replyMs !== undefined && { reply_times_ms: Math.round(replyMs / REPLY_STEP_MS) * REPLY_STEP_MS }) },
        $inc: { turn_count: 1, ...(turn.interrupted === true && { interruptions: 1 }) },
        $set: { updated_at: now() }
      }
      if (await collection.updateOne({ call_sid: callSid, turn_count: index, erased: { $exists: false } }, update) === 1) return
      const call = await findBySid(callSid)
      if (call === undefined) throw new EarshotError('not_found', `There is no call ${callSid}.`)
      if (call.erased === true) return
      const stored = call.transcript[index]
      if (stored === undefined) throw new EarshotError('conflict', `Call ${callSid} has ${call.turn_count} turns; turn ${index} would leave a gap.`)
      if (!sameTurn(stored, turn)) throw new EarshotError('conflict', `Call ${callSid} has another turn ${index} already.`)
    },

    resume: (callSid, tokenHash, expiresAt, maxResumes) => collection.findOneAndUpdate(
      { call_sid: callSid, resume_count: { $lt: maxResumes }, carrier_status: { $nin: TERMINAL_STATUSES }, $or: [{ status: 'active' }, { status: 'completed', end_reason: { $in: ['connection_lost', 'shutdown'] } }] },
      {
        $set: { status: 'active', stream_token_hash: tokenHash, stream_token_expires_at: expiresAt, updated_at: now() },
        $unset: { end_time: true, duration_seconds: true, end_reason: true, isDeleted: true },
        $inc: { resume_count: 1 }
      }
    ),

    async outgoingUp (userId, since) {
      const rows = await collection.aggregate<{ session_id: string }>([{ $match: { ...outgoing(userId, since), status: 'active' } }, { $project: { session_id: 1 } }])
      return rows.map(({ session_id: dialId }) => dialId)
    },

    async outgoingMinutes (userId, since) {
      const [sum] = await collection.aggregate<{ seconds: number }>([{ $match: outgoing(userId, since) }, { $group: { _id: null, seconds: { $sum: '$duration_seconds' } } }])
      return (sum?.seconds ?? 0) / 60
    },

    async completeUnconnected (endedAt) {
      const unconnected = await collection.find({ status: 'active', stream_token_expires_at: { $lt: endedAt } }, { limit: UNCONNECTED_AT_ONCE })
      for (const { call_sid: callSid, start_time: startTime, stream_token_hash: hash } of unconnected) {
        if (hash === undefined) continue
        // Spent or renewed meanwhile, it has another hash or none.
        await collection.updateOne({ call_sid: callSid, status: 'active', stream_token_hash: hash }, {
          $set: { status: 'completed', end_time: endedAt, duration_seconds: Math.max(0, endedAt.getTime() - startTime.getTime()) / 1000, end_reason: 'never_connected', updated_at: now() },
          $unset: { stream_token_hash: true, stream_token_expires_at: true }
        })
      }
      return unconnected.length
    },

    async addFile (callSid, kind, file) {
      await collection.updateOne({ call_sid: callSid }, { $push: { [kind]: file }, $set: { updated_at: now() } })
    },

    async setFileBytes (callSid, kind, file, bytes) {
      const at = (await findBySid(callSid))?.[kind]?.findIndex((known) => known.file === file) ?? -1
      if (at >= 0) await collection.updateOne({ call_sid: callSid, [`${kind}.${at}.file`]: file }, { $set: { [`${kind}.${at}.bytes`]: bytes, updated_at: now() } })
    },

    async removeFile (id, kind, file) {
      await collection.updateOne({ _id: id }, { $pull: { [kind]: { file } }, $set: { updated_at: now() } })
    },

    findMany: (ids) => collection.find({ _id: { $in: ids } }),

    async emptyTranscripts (userId, before, limit) {
      const ended = { userId, status: 'completed', end_time: { $lt: before }, turn_count: { $gt: 0 } }
      const found = await collection.find(ended, { limit })
      if (found.length > 0) await collection.updateMany({ ...ended, _id: { $in: found.map(({ _id }) => _id) } }, { $set: { transcript: [], turn_count: 0, updated_at: now() } })
      return found.length
    },

    async noteCarrier (callSid, { status, sequence, endedAt, details = {} }) {
      const { earlier, same } = statusesAround(status)
      const isNews: Filter = { $or: [{ carrier_status: { $exists: false } }, { carrier_status: { $in: earlier } }, { carrier_status: { $in: same }, carrier_sequence: { $lt: sequence } }] }
      await collection.updateOne({ call_sid: callSid, ...isNews }, { $set: { carrier_status: status, carrier_sequence: sequence, updated_at: now() } })
      if (!isTerminal(status)) return await findBySid(callSid)
      const call = await collection.findOneAndUpdate({ call_sid: callSid, carrier_status: status }, { $set: defined({ ...details, updated_at: now() }) })
      if (call === undefined) return await findBySid(callSid)
      if (call.carrier_check_at !== undefined) await checkAt(callSid, call.price === undefined ? new Date(clock.now() + PRICE_AFTER_MS) : undefined)
      return await complete(callSid, { end_time: endedAt ?? now(), end_reason: `twilio_${status}` })
    },

    noteAnsweredBy: async (callSid, answeredBy) =>
      await collection.updateOne({ call_sid: callSid, answered_by: { $exists: false } }, { $set: { answered_by: answeredBy, updated_at: now() } }) === 1,

    async noteDial (callSid, result) {
      await collection.updateOne({ call_sid: callSid }, { $set: defined({ ...result, updated_at: now() }) })
    },

    async noteStreamError (callSid, error) {
      await collection.updateOne({ call_sid: callSid }, { $set: { stream_error: error, updated_at: now() } })
    },

    claimCheck: (leaseMs) => collection.findOneAndUpdate(
      // The lower bound keeps nedb from going through the calls that have none.
      { carrier_check_at: { $gt: new Date(0), $lte: now() } },
      { $set: { carrier_check_at: new Date(clock.now() + leaseMs) } },
      { sort: { carrier_check_at: 1 } }
    )
  }
}

/** Few are removed, and older records have no such field. */
const NOT_REMOVED: Filter = { isDeleted: { $ne: true } }

const outgoing = (userId: string, since: Date): Filter => ({ userId, direction: 'outgoing', start_time: { $gte: since } })

/** What Twilio's ids of calls begin with. Of other calls it knows nothing. */
const CARRIER_SID = 'CA'

const asRead = (call: CallRecord, fields: ReadonlyArray<keyof CallRecord>): Filter =>
  Object.fromEntries(fields.map((field) => [field, call[field] ?? { $exists: false }]))

/** Fine enough for any percentile, and few enough different values for a database to count. */
const REPLY_STEP_MS = 10

/** What is left over is ended the next time. */
const UNCONNECTED_AT_ONCE = 500

const isDuplicate = (error: unknown): boolean => error instanceof EarshotError && error.code === 'duplicate'

const sameHash = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

const sameTurn = (a: TranscriptTurn, b: TranscriptTurn): boolean =>
  a.role === b.role && a.text === b.text && a.timestamp.getTime() === b.timestamp.getTime()
