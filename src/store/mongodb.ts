import type { Collection as MongoCollection, MongoClient } from 'mongodb'
import { EarshotError } from '../errors.ts'
import type { Collection, Database, Document, Filter, FindOptions, Index, Pipeline, Reduction, Update } from './collection.ts'

/** How long a server may be looked for. A call waits on this, and a health check asks more often than a person retries. */
const SERVER_SELECTION_MS = 2_000

/** How long one answer may take. With the driver's one retry an operation fails within 15 s, when Twilio stops waiting for the voice webhook. */
const ANSWER_MS = 5_000

const HAS_DATABASE_NAME = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/

/** MongoDB's code for a unique index that refuses a document. */
const DUPLICATE_KEY = 11000

/**
 * What a server answers while it starts, stops or hands over to another one: HostUnreachable, HostNotFound, MaxTimeMSExpired, NetworkTimeout,
 * ShutdownInProgress, PrimarySteppedDown, ExceededTimeLimit, SocketException, NotWritablePrimary, InterruptedAtShutdown,
 * InterruptedDueToReplStateChange, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary (MongoDB's specification of retryable reads and writes).
 */
const SERVER_AWAY = new Set<unknown>([6, 7, 50, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436])

/**
 * The MongoDB engine. Connects once to see that the server is there; afterwards the driver reconnects by itself.
 * @param url a connection string; the database's name is its path, `earshot` when it has none
 * @throws EarshotError `store_unavailable` when no server answers in time
 */
export const openMongodb = async (url: string, { serverSelectionMs = SERVER_SELECTION_MS, answerMs = ANSWER_MS } = {}): Promise<Database> => {
  const mongodb = await import('mongodb')
  const client = new mongodb.MongoClient(url, {
    serverSelectionTimeoutMS: serverSelectionMs,
    connectTimeoutMS: serverSelectionMs,
    socketTimeoutMS: answerMs,
    waitQueueTimeoutMS: answerMs,
    ignoreUndefined: true,
    appName: 'earshot'
  })
  const named = namer(mongodb)
  const database = client.db(HAS_DATABASE_NAME.test(url) ? undefined : 'earshot')
  const ping = async () => { await named(database.command({ ping: 1 })) }
  try {
    await ping()
  } catch (error) {
    await client.close()
    throw error
  }
  return {
    async collection<D extends Document> (name: string, indexes: readonly Index[]): Promise<Collection<D>> {
      const collection = database.collection<Document>(name)
      for (const { fields, ...options } of indexes) {
        await named(collection.createIndex(Object.fromEntries(fields.map((field) => [field, 1])), options))
      }
      return mongoCollection<D>(collection, named)
    },
    ping,
    close: () => close(client)
  }
}

const close = async (client: MongoClient): Promise<void> => { await client.close() }

type Named = <T>(work: Promise<T>) => Promise<T>

/** Gives the driver's failures their name in Earshot's table. */
const namer = ({ MongoServerError, MongoError }: typeof import('mongodb')): Named => async (work) => {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof MongoError)) throw error
    if (!(error instanceof MongoServerError)) throw new EarshotError('store_unavailable', undefined, { cause: error })
    if (error.code === DUPLICATE_KEY) throw new EarshotError('duplicate', undefined, { cause: error })
    if (SERVER_AWAY.has(error.code)) throw new EarshotError('store_unavailable', undefined, { cause: error })
    throw error
  }
}

const mongoCollection = <D extends Document> (collection: MongoCollection<Document>, named: Named): Collection<D> => ({
  async insertOne (document) {
    await named(collection.insertOne({ ...document }))
  },
  async findOne (filter, options = {}) {
    return await named(collection.findOne<D>(filter, options)) ?? undefined
  },
  async find (filter: Filter, options: FindOptions = {}) {
    return await named(collection.find<D>(filter, options).toArray())
  },
  async * scan (filter: Filter) {
    const cursor = collection.find<D>(filter)
    try {
      for (let document = await named(cursor.next()); document !== null; document = await named(cursor.next())) yield document
    } finally {
      await cursor.close()
    }
  },
  async findOneAndUpdate (filter, update, options = {}) {
    const found = await named(collection.findOneAndUpdate(filter, update, { ...options, returnDocument: 'after' }))
    return found === null ? undefined : found as D
  },
  async updateOne (filter: Filter, update: Update) {
    return (await named(collection.updateOne(filter, update))).matchedCount
  },
  async updateMany (filter: Filter, update: Update) {
    return (await named(collection.updateMany(filter, update))).matchedCount
  },
  async deleteMany (filter) {
    return (await named(collection.deleteMany(filter))).deletedCount
  },
  async count (filter) {
    return await named(collection.countDocuments(filter))
  },
  async aggregate<Row extends object> (pipeline: Pipeline) {
    return await named(collection.aggregate<Row>([...pipeline]).toArray())
  },
  async reduce<Result extends object> (filter: Filter, { pipeline, start }: Reduction<D, Result>) {
    const [result] = await named(collection.aggregate<Result>([{ $match: filter }, ...pipeline]).toArray())
    return result ?? start()
  }
})
