import { Type, type Static } from 'typebox'
import type { Clock } from '../clock.ts'
import type { Database } from './collection.ts'
import { oneOf, recordSchema } from './record.ts'
import { openUserSettings, type UserSettings } from './user-settings.ts'

const Hour = Type.Integer({ minimum: 0, maximum: 24 })

/** Whom a user's calls and text messages may reach, when, and how many. The hours are for calls only. */
export const CallingRulesSchema = recordSchema({
  allowedCountries: Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), { maxItems: 250, uniqueItems: true, description: 'ISO 3166 codes such as US; empty: only the country of the number that calls' }),
  allowedPrefixes: Type.Array(Type.String({ pattern: '^\\+[1-9]\\d{0,14}$' }), { maxItems: 1_000, uniqueItems: true, description: 'Beginnings of numbers that may be called beside those countries, such as +4930' }),
  maxConcurrentCalls: Type.Integer({ minimum: 0, maximum: 10_000, description: 'Outgoing calls that may be up at once' }),
  maxCallsPerDay: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'In any 24 hours' }),
  maxMinutesPerDay: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Of finished calls, in any 24 hours' }),
  maxMessagesPerDay: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Text messages sent in any 24 hours' }),
  callFromHour: { ...Hour, description: 'The first hour of the day, by the callee\'s clock, at which calls may be made' },
  callUntilHour: { ...Hour, description: 'From this hour on, by the callee\'s clock, no calls are made' },
  unknownTimeZone: oneOf(['refuse', 'allow'], { description: 'What happens to a number whose time zone is not known' })
})
type CallingRulesRecord = Static<typeof CallingRulesSchema>

export type CallingRules = Omit<CallingRulesRecord, '_id' | 'userId' | 'created_at' | 'updated_at'>

/** 8 to 21 o'clock is what 47 CFR 64.1200(c)(1) allows callers in the United States. */
export const DEFAULT_CALLING_RULES: CallingRules = {
  allowedCountries: [],
  allowedPrefixes: [],
  maxConcurrentCalls: 10,
  maxCallsPerDay: 500,
  maxMinutesPerDay: 1_000,
  maxMessagesPerDay: 500,
  callFromHour: 8,
  callUntilHour: 21,
  unknownTimeZone: 'refuse'
}

export type CallingRulesStore = UserSettings<CallingRules>

export const openCallingRules = async (database: Database, clock: Clock): Promise<CallingRulesStore> =>
  await openUserSettings(database, clock, 'calling_rules', CallingRulesSchema, DEFAULT_CALLING_RULES)
