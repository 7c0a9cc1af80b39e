import { mkdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type nedb from '@seald-io/nedb'
import { EarshotError } from '../errors.ts'
import { once } from '../once.ts'
import type { Collection, Database, Document, Filter, FindOptions, Index, Pipeline, Reduction, Update } from './collection.ts'
import { cutTornLine, escapeLineBreaks, flushFolder, rewrite, sizeOf } from './data-file.ts'
import { lockFolder } from './folder-lock.ts'

// nedb is a CommonJS module whose types claim a default export, so an import of it has the wrong type.
const Nedb = createRequire(import.meta.url)('@seald-io/nedb') as typeof nedb.default

const mingo = once(() => import('mingo'))

/** A data file is compacted when it has grown by its own size, and by no less than this. */
const COMPACT_AFTER_BYTES = 16 * 1024 * 1024

/** A few milliseconds; then the calls of this process have their turn. 100,000 documents took 2 s on two busy cores. */
const REDUCED_AT_ONCE = 250

interface EmbeddedOptions {
  compactAfterBytes?: number
  /** Brings a file's last appends to the disk, before they are acknowledged. */
  flush?: (path: string) => Promise<void>
}

/**
 * The embedded engine: nedb's documents in memory, one append-only file per collection in a folder that this process has for itself.
 * A write is acknowledged when the operating system has it: it survives a killed process; the last moments before a power cut may be lost, unless `flush` is given.
 * @throws EarshotError `conflict` when the folder is in use
 */
export const openEmbedded = async (folder: string, { compactAfterBytes = COMPACT_AFTER_BYTES, flush }: EmbeddedOptions = {}): Promise<Database> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const lock = await lockFolder(folder)
  const collections = new Map<string, { close: () => Promise<void> }>()
  let closing: Promise<void> | undefined
  return {
    async collection<D extends Document> (name: string, indexes: readonly Index[]): Promise<Collection<D>> {
      if (collections.has(name)) throw new EarshotError('internal', `The collection ${name} is open already.`)
      const collection = new EmbeddedCollection<D>(join(folder, `${name}.db`), compactAfterBytes, flush)
      collections.set(name, collection)
      await collection.open(indexes)
      return collection
    },
    async ping () { if (closing !== undefined) throw closed() },
    async close () {
      closing ??= (async () => {
        await Promise.all([...collections.values()].map((collection) => collection.close()))
        await lock.release()
      })()
      await closing
    }
  }
}

const closed = () => new EarshotError('store_unavailable', 'The store is closed.')

class EmbeddedCollection<D extends Document> implements Collection<D> {
  readonly #path: string
  readonly #nedb: nedb.default
  readonly #compactAfterBytes: number
  /** Writes go one at a time, so that a failed append is repaired before the next one is added to it. */
  #writes: Promise<unknown> = Promise.resolve()
  #compaction: Promise<void> | undefined
  #compactedBytes = 0
  #appendedBytes = 0
  #torn = false
  #closed = false
  readonly #flush: EmbeddedOptions['flush']
  #flushing: Promise<void> = Promise.resolve()
  /** The flush that begins when the one under way is over: all writes until then wait for it together. */
  #nextFlush: Promise<void> | undefined

  constructor (path: string, compactAfterBytes: number, flush: EmbeddedOptions['flush']) {
    this.#path = path
    this.#compactAfterBytes = compactAfterBytes
    this.#flush = flush
    this.#nedb = new Nedb({
      filename: path,
      corruptAlertThreshold: 0,
      modes: { fileMode: 0o600, dirMode: 0o700 },
      afterSerialization: (line) => {
        this.#appendedBytes += line.length + 1
        return escapeLineBreaks(line)
      },
      // The declared indexes are the only ones: those noted in the file may be of an older version.
      beforeDeserialization: (line) => line.startsWith('{"$$indexCreated"') ? '{}' : line
    })
  }

  async open (indexes: readonly Index[]): Promise<void> {
    await cutTornLine(this.#path)
    await rm(`${this.#path}.next`, { force: true })
    await this.#named(this.#nedb.loadDatabaseAsync())
    if (this.#flush !== undefined) await flushFolder(dirname(this.#path))
    for (const { fields, ...options } of indexes) {
      // nedb uses an index of several fields only where all of them are given: without a rule to enforce it would cost and serve nothing.
      if (fields.length > 1 && options.unique !== true) continue
      await this.#named(this.#nedb.ensureIndexAsync({ fieldName: [...fields], ...options }))
    }
    this.#compactedBytes = await sizeOf(this.#path)
    this.#appendedBytes = 0
  }

  async insertOne (document: D): Promise<void> {
    await this.#write(() => this.#nedb.insertAsync(document))
  }

  async findOne (filter: Filter, options: Omit<FindOptions, 'limit'> = {}): Promise<D | undefined> {
    return (await this.find(filter, { ...options, limit: 1 }))[0]
  }

  async find (filter: Filter, { sort, limit }: FindOptions = {}): Promise<D[]> {
    if (this.#closed) throw closed()
    let cursor = this.#nedb.findAsync<D>(filter)
    if (sort !== undefined) cursor = cursor.sort(sort)
    if (limit !== undefined) cursor = cursor.limit(limit)
    return await this.#named(cursor.execAsync())
  }

  async * scan (filter: Filter): AsyncGenerator<D> {
    const { Query } = await mingo()
    const query = new Query(filter, { scriptEnabled: false })
    // References: a change puts another document in the place of the one that is here.
    for (const [n, document] of this.#nedb.getAllData<D & Record<string, unknown>>().entries()) {
      if (n % REDUCED_AT_ONCE === 0) await setImmediate()
      if (this.#closed) throw closed()
      if (query.test(document)) yield structuredClone<D>(document)
    }
  }

  async findOneAndUpdate (filter: Filter, update: Update, options: Omit<FindOptions, 'limit'> = {}): Promise<D | undefined> {
    return await this.#write(async () => {
      // nedb's update knows no order. Nothing else writes in between. (It keeps what it is given: hence the clones.)
      const first = await this.findOne(filter, options)
      if (first === undefined) return undefined
      const { affectedDocuments } = await this.#nedb.updateAsync<D, { returnUpdatedDocs: true }>({ _id: first._id }, structuredClone(update), { returnUpdatedDocs: true })
      return affectedDocuments ?? undefined
    })
  }

  async updateOne (filter: Filter, update: Update): Promise<number> {
    return (await this.#write(() => this.#nedb.updateAsync(filter, structuredClone(update), {}))).numAffected
  }

  async updateMany (filter: Filter, update: Update): Promise<number> {
    return (await this.#write(() => this.#nedb.updateAsync(filter, structuredClone(update), { multi: true }))).numAffected
  }

  async deleteMany (filter: Filter): Promise<number> {
    return await this.#write(() => this.#nedb.removeAsync(filter, { multi: true }))
  }

  async count (filter: Filter): Promise<number> {
    if (this.#closed) throw closed()
    return await this.#named(this.#nedb.countAsync(filter).execAsync())
  }

  async aggregate<Row extends object> (pipeline: Pipeline): Promise<Row[]> {
    if (this.#closed) throw closed()
    const { Aggregator, ProcessingMode } = await mingo()
    return new Aggregator([...pipeline], { processingMode: ProcessingMode.CLONE_INPUT, scriptEnabled: false }).run(this.#nedb.getAllData()) as Row[]
  }

  async reduce<Result extends object> (filter: Filter, { start, add }: Reduction<D, Result>): Promise<Result> {
    const { Query } = await mingo()
    const query = new Query(filter, { scriptEnabled: false })
    const result = start()
    for (const [n, document] of this.#nedb.getAllData<D & Record<string, unknown>>().entries()) {
      if (n % REDUCED_AT_ONCE === 0) await setImmediate()
      if (this.#closed) throw closed()
      if (query.test(document)) add(result, document)
    }
    return result
  }

  async close (): Promise<void> {
    this.#closed = true
    await this.#compaction
    await this.#writes
    await (this.#nextFlush ?? this.#flushing).catch(() => {})
  }

  async #write<T> (task: () => Promise<T>): Promise<T> {
    if (this.#closed) throw closed()
    const result = await this.#inTurn(async () => {
      if (this.#torn) await this.#named(this.#repair())
      return await this.#named(task())
    })
    this.#compactWhenGrown()
    if (this.#flush !== undefined) await this.#named(this.#flushed(this.#flush))
    return result
  }

  #flushed (flush: (path: string) => Promise<void>): Promise<void> {
    this.#nextFlush ??= this.#flushing.then(() => {
      this.#nextFlush = undefined
      const flushed = flush(this.#path)
      this.#flushing = flushed.catch(() => {})
      return flushed
    })
    return this.#nextFlush
  }

  #inTurn<T> (task: () => Promise<T>): Promise<T> {
    const result = this.#writes.then(task)
    this.#writes = result.catch(() => {})
    return result
  }

  /** Puts what is in memory in the place of a file whose last append failed half-way. */
  async #repair (): Promise<void> {
    await (await rewrite(this.#path, this.#nedb.getAllData())).adopt()
    this.#torn = false
    await this.#noteCompacted()
  }

  #compactWhenGrown (): void {
    if (this.#compaction !== undefined || this.#closed || this.#appendedBytes < Math.max(this.#compactAfterBytes, this.#compactedBytes)) return
    // A failed compaction loses nothing: the file in use is as it was, and the next growth tries again.
    this.#compaction = this.#compact().catch(() => { this.#appendedBytes = 0 }).finally(() => { this.#compaction = undefined })
  }

  /** Writes the documents as they are now beside the file while writes go on, then adds those and swaps. Readers and writers wait for the swap only. */
  async #compact (): Promise<void> {
    const { documents, size } = await this.#inTurn(async () => ({ documents: this.#nedb.getAllData(), size: await sizeOf(this.#path) }))
    const next = await rewrite(this.#path, documents, size)
    await this.#inTurn(async () => {
      if (this.#torn) return await next.discard()
      await next.adopt()
      await this.#noteCompacted()
    })
  }

  async #noteCompacted (): Promise<void> {
    this.#compactedBytes = await sizeOf(this.#path)
    this.#appendedBytes = 0
  }

  /** Gives nedb's and the file system's failures their name in Earshot's table. */
  async #named<T> (work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (error instanceof EarshotError || !(error instanceof Error)) throw error
      if ('errorType' in error && error.errorType === 'uniqueViolated') throw new EarshotError('duplicate', undefined, { cause: error })
      if ('corruptionRate' in error) throw new EarshotError('store_unavailable', `The data file ${this.#path} is damaged; restore it from a backup.`, { cause: error })
      if (!('syscall' in error)) throw error
      this.#torn = true
      throw new EarshotError('store_unavailable', `The data file ${this.#path} cannot be written or read (${'code' in error ? String(error.code) : 'unknown error'}).`, { cause: error })
    }
  }
}
