import { Type, type TObject } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Collection, Database } from './collection.ts'
import { createId } from './id.ts'
import { asRecord } from './owned-store.ts'
import { recordFields, type StoredRecord } from './record.ts'

/** Settings of which each user has one set. */
export interface UserSettings<Settings> {
  /** A user's settings; the defaults where there are none. */
  get (userId: string): Promise<Settings>
  /** Changes the given fields, and answers all of them. */
  change (userId: string, changes: Partial<Settings>): Promise<Settings>
}

/**
 * Opens a collection with one document for each user who has changed something.
 * @param schema the whole document's
 */
export const openUserSettings = async <Settings extends object> (
  database: Database,
  clock: Clock,
  name: string,
  schema: TObject,
  defaults: Settings
): Promise<UserSettings<Settings> & { collection: Collection<Settings & StoredRecord> }> => {
  const collection = await database.collection<Settings & StoredRecord>(name, [{ fields: ['userId'], unique: true }])
  const own = Type.Omit(schema, Object.keys(recordFields))
  const settingsOf = (stored: StoredRecord | undefined): Settings => ({ ...defaults, ...(stored && asRecord<Settings>(own, stored)) })
  return {
    collection,
    get: async (userId) => settingsOf(await collection.findOne({ userId })),
    async change (userId, changes) {
      const now = new Date(clock.now())
      const update = { $set: { ...changes, updated_at: now } }
      const changed = await collection.findOneAndUpdate({ userId }, update)
      if (changed !== undefined) return settingsOf(changed)
      const first = { ...defaults, ...changes, _id: createId(clock.now()), userId, created_at: now, updated_at: now }
      try {
        await collection.insertOne(first)
      } catch (error) {
        if (!(error instanceof EarshotError) || error.code !== 'duplicate') throw error
        return settingsOf(await collection.findOneAndUpdate({ userId }, update))
      }
      return settingsOf(first)
    }
  }
}
