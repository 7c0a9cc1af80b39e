import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { recordSchema } from './record.ts'
import { openUserSettings, type UserSettings } from './user-settings.ts'

const Days = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, maximum: 36_500, description: `${description}, in days after the call's end; null: for ever` })

/** How long what calls leave behind is kept. */
export const RetentionSchema = recordSchema({
  transcriptDays: Days('How long transcripts are kept'),
  tapeDays: Days('How long tapes are kept'),
  recordingDays: Days('How long recordings are kept')
})

export type Retention = Pick<Static<typeof RetentionSchema>, 'transcriptDays' | 'tapeDays' | 'recordingDays'>

/** Tapes are for finding bugs, recordings for settling what was said; the transcript is the record of the business. */
export const DEFAULT_RETENTION: Retention = { transcriptDays: null, tapeDays: 30, recordingDays: 90 }

export interface RetentionStore extends UserSettings<Retention> {
  /** Users whose transcripts are not kept for ever, in the order of their ids, from the one after `afterUserId` on. Not for requests of users. */
  listWithTranscriptDays (limit: number, afterUserId?: string): Promise<Array<{ userId: string, transcriptDays: number }>>
}

export const openRetention = async (database: Database, clock: Clock): Promise<RetentionStore> => {
  const { collection, ...settings } = await openUserSettings(database, clock, 'retention', RetentionSchema, DEFAULT_RETENTION)
  return {
    ...settings,
    async listWithTranscriptDays (limit, afterUserId = '') {
      const found = await collection.find({ userId: { $gt: afterUserId }, transcriptDays: { $gt: 0 } }, { sort: { userId: 1 }, limit })
      return found.flatMap(({ userId, transcriptDays }) => transcriptDays === null ? [] : [{ userId, transcriptDays }])
    }
  }
}
