import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Database } from './collection.ts'
import { createId } from './id.ts'
import { asRecord } from './owned-store.ts'
import { IsDeleted, recordSchema } from './record.ts'

/** A user's document belongs to the user: `userId` is its own `_id`. */
export const UserSchema = recordSchema({
  email: Type.String({ format: 'email', maxLength: 254, description: 'In lower case' }),
  passwordHash: Type.String({ description: 'scrypt, with its parameters and salt; never returned' }),
  isDeleted: IsDeleted
})
export type UserRecord = Static<typeof UserSchema>

export interface UserStore {
  /**
   * @param options.first there may be one such user only
   * @throws EarshotError `duplicate` when the address is taken, `forbidden` when the first user is there already
   */
  create (user: Pick<UserRecord, 'email' | 'passwordHash'>, options?: { first?: boolean }): Promise<UserRecord>
  find (userId: string): Promise<UserRecord | undefined>
  findByEmail (email: string): Promise<UserRecord | undefined>
  setPasswordHash (userId: string, passwordHash: string): Promise<void>
  /** Live users. */
  count (): Promise<number>
}

const INDEXES = [{ fields: ['live_email'], unique: true, sparse: true }, { fields: ['first'], unique: true, sparse: true }]

export const openUsers = async (database: Database, clock: Clock): Promise<UserStore> => {
  const collection = await database.collection<UserRecord & { live_email: string, first?: 'first' }>('users', INDEXES)
  const find = async (filter: Record<string, string>) => {
    const user = await collection.findOne({ ...filter, isDeleted: false })
    return user && asRecord<UserRecord>(UserSchema, user)
  }
  return {
    async create ({ email, passwordHash }, { first = false } = {}) {
      const _id = createId(clock.now())
      const now = new Date(clock.now())
      const user = { _id, userId: _id, email: email.toLowerCase(), passwordHash, isDeleted: false, created_at: now, updated_at: now }
      try {
        await collection.insertOne({ ...user, live_email: user.email, ...(first ? { first: 'first' } : {}) })
      } catch (error) {
        if (!(error instanceof EarshotError) || error.code !== 'duplicate') throw error
        if (first) throw new EarshotError('forbidden', 'Registration is closed.')
        throw new EarshotError('duplicate', 'There is an account with this address already.', { field: 'email', cause: error })
      }
      return user
    },
    find: (userId) => find({ _id: userId }),
    findByEmail: (email) => find({ live_email: email.toLowerCase() }),
    async setPasswordHash (userId, passwordHash) {
      await collection.updateOne({ _id: userId }, { $set: { passwordHash, updated_at: new Date(clock.now()) } })
    },
    count: () => collection.count({ isDeleted: false })
  }
}
