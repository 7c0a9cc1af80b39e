import type { Collection, Database, Document, Index } from '../../src/store/collection.ts'

/** A process that dies at its n-th step into the world outside it: the step is done, its answer does not arrive. (To the world that is the same as dying right before the next step.) */
export class Mortal {
  #left = Infinity
  dead = false
  /** What others do meanwhile takes none of its steps. */
  watching = false

  live (): void {
    this.dead = false
    this.#left = Infinity
  }

  dieAt (step: number): void { this.#left = step }

  async step<T> (act: () => Promise<T>): Promise<T> {
    if (this.dead) throw new Error('dead')
    if (this.watching) return await act()
    const dies = --this.#left === 0
    const result = await act()
    if (dies) this.#die()
    return result
  }

  #die (): never {
    this.dead = true
    throw new Error('killed')
  }
}

/** The same database, as such a process uses it. */
export const mortalDatabase = (database: Database, mortal: Mortal): Database => ({
  ...database,
  async collection<D extends Document> (name: string, indexes: readonly Index[]): Promise<Collection<D>> {
    const c = await database.collection<D>(name, indexes)
    return {
      insertOne: (document) => mortal.step(() => c.insertOne(document)),
      findOne: (filter, options) => mortal.step(() => c.findOne(filter, options)),
      find: (filter, options) => mortal.step(() => c.find(filter, options)),
      scan: (filter) => c.scan(filter),
      findOneAndUpdate: (filter, update, options) => mortal.step(() => c.findOneAndUpdate(filter, update, options)),
      updateOne: (filter, update) => mortal.step(() => c.updateOne(filter, update)),
      updateMany: (filter, update) => mortal.step(() => c.updateMany(filter, update)),
      deleteMany: (filter) => mortal.step(() => c.deleteMany(filter)),
      count: (filter) => mortal.step(() => c.count(filter)),
      aggregate: (pipeline) => mortal.step(() => c.aggregate(pipeline)),
      reduce: (filter, reduction) => mortal.step(() => c.reduce(filter, reduction))
    }
  }
})
