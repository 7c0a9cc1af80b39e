import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { createId } from './id.ts'
import { defined } from './owned-store.ts'
import { E164, oneOf, recordSchema, Timestamp, type StoredRecord } from './record.ts'

/** What a user wants of a call that another process carries. Earshot's own collection; a command is gone when it has been answered. */
export const CallCommandSchema = recordSchema({
  call_sid: Type.String({ description: 'The call that it is for' }),
  type: oneOf(['whisper', 'transfer', 'end'], { description: 'What is to be done' }),
  text: Type.Optional(Type.String({ description: 'What the agent is told' })),
  to: Type.Optional({ ...E164, description: 'Whom the caller is connected to' }),
  announcement: Type.Optional(Type.String({ description: 'What the caller hears before that' })),
  status: oneOf(['waiting', 'taken', 'done', 'refused'], { description: 'taken: the process that carries the call is at it' }),
  expiresAt: { ...Timestamp, description: 'Not carried out after this: nobody waits for it any more' }
})
export type CallCommandRecord = Static<typeof CallCommandSchema>

export type NewCallCommand = Omit<CallCommandRecord, keyof StoredRecord | 'status' | 'expiresAt'> & { userId: string }

export interface CallCommandStore {
  /** Leaves a command for whoever carries the call, and answers its id. */
  add (command: NewCallCommand): Promise<string>
  /** Takes the oldest command for one of these calls. Not for requests of users. */
  take (callSids: readonly string[]): Promise<CallCommandRecord | undefined>
  /** Tells what came of it. */
  finish (id: string, done: boolean): Promise<void>
  status (id: string): Promise<CallCommandRecord['status'] | undefined>
  /** Takes back a command that nobody has taken; false when somebody has. */
  withdraw (id: string): Promise<boolean>
  remove (id: string): Promise<void>
}

/** Longer than whoever asked waits for it. */
const EXPIRES_AFTER_MS = 10_000

export const openCallCommands = async (database: Database, clock: Clock): Promise<CallCommandStore> => {
  const collection = await database.collection<CallCommandRecord>('call_commands', [{ fields: ['call_sid'] }])
  const now = () => new Date(clock.now())
  return {
    async add (command) {
      // Those of processes that died while they waited.
      await collection.deleteMany({ expiresAt: { $lt: new Date(clock.now() - EXPIRES_AFTER_MS) } })
      const _id = createId(clock.now())
      await collection.insertOne(defined({ ...command, _id, status: 'waiting', expiresAt: new Date(clock.now() + EXPIRES_AFTER_MS), created_at: now(), updated_at: now() }))
      return _id
    },
    take: (callSids) => collection.findOneAndUpdate({ call_sid: { $in: callSids }, status: 'waiting', expiresAt: { $gt: now() } }, { $set: { status: 'taken', updated_at: now() } }, { sort: { created_at: 1, _id: 1 } }),
    async finish (id, done) {
      await collection.updateOne({ _id: id }, { $set: { status: done ? 'done' : 'refused', updated_at: now() } })
    },
    status: async (id) => (await collection.findOne({ _id: id }))?.status,
    withdraw: async (id) => await collection.deleteMany({ _id: id, status: 'waiting' }) === 1,
    async remove (id) {
      await collection.deleteMany({ _id: id })
    }
  }
}
