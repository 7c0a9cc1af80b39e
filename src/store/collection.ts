/**
 * The collection port: the part of MongoDB's query language that both engines answer alike. Stores are written
 * against it once. No transactions: every rule holds by single-document atomicity.
 */

/** Any document. The store's own id, a string, is its `_id`. */
export interface Document { _id: string }

/**
 * Fields (dotted paths allowed) with a value to equal, a RegExp, or operators: $in, $nin, $ne, $lt, $lte, $gt, $gte, $exists,
 * $size, $elemMatch; and $or, $and over filters. A missing field is asked for by `$exists: false`, not by null.
 */
export interface Filter { readonly [field: string]: unknown }

type Changes = Readonly<Record<string, unknown>>

export interface Update {
  $set?: Changes
  $unset?: Readonly<Record<string, true>>
  $inc?: Readonly<Record<string, number>>
  $min?: Changes
  $max?: Changes
  $push?: Changes
  $pull?: Changes
  $addToSet?: Changes
}

export type Sort = Readonly<Record<string, 1 | -1>>

export type Pipeline = ReadonlyArray<Record<string, unknown>>

/**
 * A computation over many documents in two forms that answer alike: for a server to aggregate, and for the documents of this process, where mingo
 * takes a hundred times as long.
 */
export interface Reduction<D extends Document, Result> {
  /** Ends with one document, the result. */
  pipeline: Pipeline
  start: () => Result
  /** Adds a document, which it must not change. */
  add: (result: Result, document: D) => void
}

export interface FindOptions { sort?: Sort, limit?: number }

/**
 * An index, declared beside the store that needs it. A sparse one leaves out documents without the field: with
 * `unique` it is how a rule holds among documents that are not removed, on a key that a removed document loses. Not for Dates, which nedb takes for missing.
 */
export interface Index { fields: readonly string[], unique?: boolean, sparse?: boolean }

/** Failures are EarshotErrors: `duplicate` for a unique index, `store_unavailable` when the database does not answer. */
export interface Collection<D extends Document> {
  insertOne (document: D): Promise<void>
  findOne (filter: Filter, options?: Omit<FindOptions, 'limit'>): Promise<D | undefined>
  find (filter: Filter, options?: FindOptions): Promise<D[]>
  /** All matches, one after the other, without holding them all; for what may be more than fits into one answer. */
  scan (filter: Filter): AsyncIterable<D>
  /** Changes the first match in the given order, atomically, and answers it as it is afterwards. */
  findOneAndUpdate (filter: Filter, update: Update, options?: Omit<FindOptions, 'limit'>): Promise<D | undefined>
  /** Answers how many documents matched: 0 or 1. */
  updateOne (filter: Filter, update: Update): Promise<number>
  /** Answers how many documents matched. */
  updateMany (filter: Filter, update: Update): Promise<number>
  /** Answers how many documents went. */
  deleteMany (filter: Filter): Promise<number>
  count (filter: Filter): Promise<number>
  /** Stages and operators of MongoDB 5 that mingo has too; no $percentile, no $dateTrunc. */
  aggregate<Row extends object> (pipeline: Pipeline): Promise<Row[]>
  reduce<Result extends object> (filter: Filter, reduction: Reduction<D, Result>): Promise<Result>
}

export interface Database {
  /** Opens a collection with its indexes; once per database. */
  collection<D extends Document> (name: string, indexes: readonly Index[]): Promise<Collection<D>>
  /** Resolves when the database answers. */
  ping (): Promise<void>
  /** Waits for what is being written. Safe to call twice. */
  close (): Promise<void>
}
