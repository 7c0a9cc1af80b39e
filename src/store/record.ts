import { Type, type Static, type TSchema } from 'typebox'

/** An instant: a Date in the store and in the code, ISO 8601 in JSON. */
export const Timestamp = Type.Unsafe<Date>({ type: 'string', format: 'date-time' })

/** ITU-T E.164: a plus sign and at most 15 digits, the first not zero. */
export const E164 = Type.String({ pattern: '^\\+[1-9]\\d{1,14}$', description: 'A phone number in E.164 form, such as +14155550123' })

/** A document's id: 24 hexadecimal digits. */
export const Id = Type.String({ minLength: 1, maxLength: 64, description: 'The id of a document' })

/** What every document has. */
export const recordFields = {
  _id: { ...Id, description: 'Its id' },
  userId: { ...Id, description: 'Whose it is' },
  created_at: { ...Timestamp, description: 'When it was stored' },
  updated_at: { ...Timestamp, description: 'When it last changed' }
}

export type StoredRecord = Static<ReturnType<typeof Type.Object<typeof recordFields>>>

/** Removed softly: the document is kept, and is in no answer any more. */
export const IsDeleted = Type.Boolean({ description: 'Removed: kept, but in no answer any more' })

/** The fields that the store fills in by itself. */
export type StoreFilled = keyof typeof recordFields | 'isDeleted'

/** One of a closed list of words. */
export const oneOf = <const Words extends string[]> (words: Words, options: { description?: string } = {}) =>
  Type.Unsafe<Words[number]>({ type: 'string', enum: words, ...options })

/** A record's schema: the common fields, then its own. Nothing else is allowed. */
export const recordSchema = <Fields extends Record<string, TSchema>> (fields: Fields) =>
  Type.Object({ ...recordFields, ...fields }, { additionalProperties: false })
