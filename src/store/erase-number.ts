import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { CallRecord } from './calls.ts'
import type { Collection, Document, Filter, Update } from './collection.ts'
import type { DialRecord } from './dials.ts'
import { createId } from './id.ts'

export type ErasedCall = Pick<CallRecord, '_id' | 'tapes' | 'recordings'>

/** How many documents held the number. */
export interface Erased {
  calls: number
  messages: number
  threads: number
  dials: number
  scheduledCalls: number
  webhookDeliveries: number
}

const AT_ONCE = 100

/** Forgotten of a call and of a message, beside what was said. */
const OF_CALL = { tapes: true, recordings: true, system_prompt: true } as const
const OF_MESSAGE = { media: true, failure: true, answer: true, answerAtMs: true, attempts: true, toolsRan: true, sendAtMs: true, askedAt: true } as const

/** What a request with an Idempotency-Key gets whose answer named the number. Forgetting the key would let the request call or write again. */
const ANSWER_ERASED = { status: 409, answer: JSON.stringify({ success: false, error: { code: 'conflict', message: 'What this Idempotency-Key was used for has been erased.' } }) }

/**
 * There are no transactions: in every document the number goes last, with what would be found by it gone already, so that a repetition finishes what was broken off.
 * In the number's place comes a marker that nothing can be computed from, the same in all documents: a conversation stays one, and its calls stay in the statistics.
 */
export const eraseNumber = async (collections: ReadonlyMap<string, Collection<Document>>, clock: Clock, userId: string, phoneNumber: string, removeFiles: (call: ErasedCall) => Promise<void>): Promise<Erased> => {
  const marker = `erased_${createId(clock.now())}`
  const updated = { updated_at: new Date(clock.now()) }
  const mentions = new RegExp(`${phoneNumber.replace('+', '\\+')}(?!\\d)`)
  const erased: Erased = { calls: 0, messages: 0, threads: 0, dials: 0, scheduledCalls: 0, webhookDeliveries: 0 }

  const named = (name: string): Collection<Document> => {
    const collection = collections.get(name)
    if (collection === undefined) throw new EarshotError('internal', `The collection ${name} is not open.`)
    return collection
  }
  /** Deliveries hold what they are about word for word. */
  const forgetDeliveries = async (filter: Filter) => { erased.webhookDeliveries += await named('webhook_deliveries').deleteMany({ userId, ...filter }) }

  /** Documents with the number at one of two ends. */
  const eraseEnds = async (name: string, ends: readonly [string, string], only: Filter, forget: (documents: Document[]) => Promise<void>): Promise<number> => {
    const collection = named(name)
    for (let count = 0; ;) {
      const found = await collection.find({ userId, ...only, $or: ends.map((end) => ({ [end]: phoneNumber })) }, { limit: AT_ONCE })
      if (found.length === 0) return count
      count += found.length
      const ids = found.map(({ _id }) => _id)
      await forgetDeliveries({ subjectId: { $in: ids } })
      await forget(found)
      for (const end of ends) await collection.updateMany({ _id: { $in: ids }, [end]: phoneNumber }, { $set: { [end]: marker } })
    }
  }
  const changeAll = async (name: string, documents: Document[], update: Update, only: Filter = {}) => { await named(name).updateMany({ ...only, _id: { $in: documents.map(({ _id }) => _id) } }, update) }

  erased.calls = await eraseEnds('calls', ['from_number', 'to_number'], { status: 'completed' }, async (calls) => {
    for (const call of calls) await removeFiles(call)
    await changeAll('calls', calls, { $set: { transcript: [], turn_count: 0, erased: true, ...updated }, $unset: OF_CALL })
  })

  erased.messages = await eraseEnds('messages', ['fromNumber', 'toNumber'], {}, async (messages) => {
    // One that nobody has handed over yet will not go out.
    await changeAll('messages', messages, { $set: { status: 'failed' } }, { sendAtMs: { $exists: true } })
    await changeAll('messages', messages, { $set: { body: '', ...updated }, $unset: OF_MESSAGE })
  })

  erased.threads = await named('message_threads').deleteMany({ userId, thread: mentions })

  for (const schedule of await named('scheduled_calls').find({ userId, toPhoneNumbers: phoneNumber })) {
    // Without its lease, whoever works on it cannot put its results back.
    await named('scheduled_calls').updateOne({ _id: schedule._id, results: { $exists: true } }, { $pull: { results: { phoneNumber } }, $unset: { lease: true }, $inc: { revision: 1 } })
    await named('scheduled_calls').updateOne({ _id: schedule._id }, { $pull: { toPhoneNumbers: phoneNumber }, $unset: { lease: true }, $set: updated, $inc: { revision: 1 } })
    await named('scheduled_calls').updateOne({ _id: schedule._id, toPhoneNumbers: { $size: 0 } }, { $set: { isDeleted: true, status: 'failed' } })
    erased.scheduledCalls++
  }

  const dials = collections.get('dials') as Collection<DialRecord> | undefined
  for (const { _id, key } of await dials?.find({ userId, $or: [{ toNumber: phoneNumber }, { bridgeTo: phoneNumber }] }) ?? []) {
    await dials?.updateOne({ _id, state: { $in: ['intended', 'asking'] } }, { $set: { state: 'failed' } })
    await dials?.updateOne({ _id }, { $unset: { promptContent: true, message: true, failure: true }, $set: { key: key.replace(mentions, marker), ...updated } })
    for (const end of ['toNumber', 'bridgeTo']) await dials?.updateOne({ _id, [end]: phoneNumber }, { $set: { [end]: marker } })
    erased.dials++
  }

  await named('call_commands').deleteMany({ userId, to: phoneNumber })
  // They hold words of calls; whoever watches still, begins anew.
  await named('call_watches').deleteMany({ userId })
  await named('idempotency_keys').updateMany({ userId, answer: mentions }, { $set: { ...ANSWER_ERASED, ...updated } })
  for (const field of ['body', 'responseBody']) await forgetDeliveries({ [field]: mentions })
  return erased
}
