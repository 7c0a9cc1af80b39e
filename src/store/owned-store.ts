import type { TObject } from 'typebox'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { Collection, Document, Filter, Index } from './collection.ts'
import { createId } from './id.ts'
import { findPage, type ListQuery, type Page } from './page.ts'
import type { StoreFilled, StoredRecord } from './record.ts'

/** Documents that belong to a user. Every method is blind to other users' documents and to removed ones. */
export interface OwnedStore<R extends StoredRecord, New> {
  /**
   * @param id of the document, when the same one may be made again: the second time the first is answered
   * @throws EarshotError `duplicate` when a unique field is taken
   */
  create (userId: string, fields: New, id?: string): Promise<R>
  find (userId: string, id: string): Promise<R | undefined>
  list (userId: string, query?: ListQuery): Promise<Page<R>>
  /**
   * Changes the given fields, and takes away those given as undefined; answers undefined when there is no such document.
   * @param only what the document must match when it is changed, beside being there
   */
  update (userId: string, id: string, fields: Changes<R>, only?: Filter): Promise<R | undefined>
  /** Removes softly; false when there is no such document, or it does not match `only`. */
  remove (userId: string, id: string, only?: Filter): Promise<boolean>
  findRemoved (userId: string, id: string): Promise<R | undefined>
  /** Takes a removal back; undefined when there is no such removed document. @throws EarshotError `duplicate` when a unique field is taken meanwhile */
  restore (userId: string, id: string): Promise<R | undefined>
}

export type Changes<R> = { [Field in Exclude<keyof R, StoreFilled>]?: R[Field] | undefined }

/** The indexes that every collection of owned documents has. */
export const OWNED_INDEXES: readonly Index[] = [{ fields: ['userId', 'created_at', '_id'] }]

/** What is special about a collection. */
export interface Kind<R, New> {
  schema: TObject
  /** A new record's own fields, with the defaults filled in. */
  complete: (fields: New) => Omit<R, StoreFilled>
  /**
   * Values that only one document may have while it is not removed, by the name of the internal field that keeps them under a
   * sparse unique index; undefined: this document takes no part.
   */
  uniqueKeys?: (record: R) => Record<string, string | undefined>
  /** What is said when a unique key is taken. */
  duplicate?: { field: string, message: string }
}

/**
 * Fields beside the record's own that the store keeps to itself: the unique keys, and a revision that rises with every change,
 * so that a change which was computed from an older state is done again.
 */
type Kept<R> = R & { revision: number }

export const ownedStore = <R extends StoredRecord & { isDeleted: boolean }, New> (
  collection: Collection<Kept<R>>,
  clock: Clock,
  { schema, complete, uniqueKeys = () => ({}), duplicate }: Kind<R, New>
): OwnedStore<R, New> => {
  const live = (userId: string, id: string): Filter => ({ _id: id, userId, isDeleted: false })
  const removed = (userId: string, id: string): Filter => ({ _id: id, userId, isDeleted: true })

  const named = async <T> (work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      if (duplicate === undefined || !(error instanceof EarshotError) || error.code !== 'duplicate') throw error
      throw new EarshotError('duplicate', duplicate.message, { field: duplicate.field, cause: error })
    }
  }

  return {
    async create (userId, fields, id = createId(clock.now())) {
      checkNames(fields)
      const now = new Date(clock.now())
      const record = { ...complete(fields), _id: id, userId, created_at: now, updated_at: now, isDeleted: false } as R
      try {
        await named(collection.insertOne(defined({ ...record, ...uniqueKeys(record), revision: 0 })))
        return defined(record)
      } catch (error) {
        const stored = error instanceof EarshotError && error.code === 'duplicate' ? await collection.findOne({ _id: id, userId }) : undefined
        if (stored === undefined) throw error
        return asRecord<R>(schema, stored)
      }
    },

    async find (userId, id) {
      const kept = await collection.findOne(live(userId, id))
      return kept && asRecord<R>(schema, kept)
    },

    async list (userId, query = {}) {
      const { items, ...rest } = await findPage(collection, { userId, isDeleted: false }, query)
      return { items: items.map((kept) => asRecord<R>(schema, kept)), ...rest }
    },

    async update (userId, id, fields, only = {}) {
      checkNames(fields)
      for (;;) {
        const kept = await collection.findOne({ ...only, ...live(userId, id) })
        if (kept === undefined) return undefined
        const record = { ...asRecord<R>(schema, kept), ...fields, updated_at: new Date(clock.now()) }
        const after = await named(collection.findOneAndUpdate({ ...only, ...live(userId, id), revision: kept.revision }, {
          ...changesTo({ ...fields, updated_at: record.updated_at, ...uniqueKeys(record) }),
          $inc: { revision: 1 }
        }))
        if (after !== undefined) return asRecord<R>(schema, after)
      }
    },

    async remove (userId, id, only = {}) {
      const kept = await collection.findOne({ ...only, ...live(userId, id) })
      if (kept === undefined) return false
      const gone = Object.fromEntries(Object.keys(uniqueKeys(kept)).map((key) => [key, undefined]))
      return await collection.updateOne({ ...only, ...live(userId, id) }, {
        ...changesTo({ isDeleted: true, updated_at: new Date(clock.now()), ...gone }),
        $inc: { revision: 1 }
      }) === 1
    },

    async findRemoved (userId, id) {
      const kept = await collection.findOne(removed(userId, id))
      return kept && asRecord<R>(schema, kept)
    },

    // What has been removed does not change.
    async restore (userId, id) {
      const kept = await collection.findOne(removed(userId, id))
      if (kept === undefined) return undefined
      const record = { ...asRecord<R>(schema, kept), isDeleted: false, updated_at: new Date(clock.now()) }
      const after = await named(collection.findOneAndUpdate(removed(userId, id), {
        ...changesTo({ isDeleted: false, updated_at: record.updated_at, ...uniqueKeys(record) }),
        $inc: { revision: 1 }
      }))
      return after && asRecord<R>(schema, after)
    }
  }
}

/**
 * The engines differ in which names of fields they keep: neither loses nor misreads these.
 * @throws EarshotError `invalid` for a name inside a value that begins with $ or has a dot
 */
const checkNames = (value: unknown, path: string[] = []): void => {
  if (typeof value !== 'object' || value === null || value instanceof Date) return
  for (const [name, inner] of Object.entries(value)) {
    const field = [...path, name]
    if (name.startsWith('$') || name.includes('.')) throw new EarshotError('invalid', `${field.join('.')}: a name may not begin with $ or have a dot in it.`, { field: field.join('.') })
    checkNames(inner, field)
  }
}

/** Sets what has a value and takes away what has none. MongoDB refuses an empty $unset. */
const changesTo = (fields: Record<string, unknown>) => {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined)
  const unset = Object.entries(fields).filter(([, value]) => value === undefined).map(([field]) => [field, true as const] as const)
  return { $set: Object.fromEntries(set), ...(unset.length > 0 ? { $unset: Object.fromEntries(unset) } : {}) }
}

/** The same without the fields that have no value: the engines differ in what they make of those. */
export const defined = <T extends object> (fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T

/** The record's own fields of a document, without what the store keeps to itself. */
export const asRecord = <R> (schema: TObject, document: Document): R =>
  Object.fromEntries(Object.entries(document).filter(([field]) => field in schema.properties)) as R
