import type { Collection, Database, Document, Index } from '../../src/store/collection.ts'

/** The same database, whose answers take turns of the event loop: those of one request come between those of another in any order. */
export const slowDatabase = (database: Database, turns: () => number): Database => ({
  ...database,
  async collection<D extends Document> (name: string, indexes: readonly Index[]): Promise<Collection<D>> {
    return new Proxy(await database.collection<D>(name, indexes), {
      get: (from, method) => {
        const value: unknown = Reflect.get(from, method)
        if (typeof value !== 'function' || method === 'scan') return value
        return async (...args: unknown[]) => {
          await takeTurns(turns())
          const result: unknown = await Reflect.apply(value, from, args)
          await takeTurns(turns())
          return result
        }
      }
    })
  }
})

export const takeTurns = async (count: number): Promise<void> => {
  for (let left = count; left > 0; left--) await new Promise((resolve) => setImmediate(resolve))
}
