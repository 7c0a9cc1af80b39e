import type { Clock } from '../clock.ts'
import type { Collection, Document } from './collection.ts'
import { COLLECTIONS } from './collections.ts'
import { eraseNumber, type Erased, type ErasedCall } from './erase-number.ts'
import { asRecord } from './owned-store.ts'

/** A document as it is handed out to its owner. */
export interface ExportedDocument { collection: string, document: object }

export interface UserData {
  /** All of a user's documents, those removed softly too, without secrets and without what the stores keep to themselves. Holds a few at a time. */
  documents (userId: string): AsyncGenerator<ExportedDocument>
  /**
   * Takes a phone number out of whatever a user has, with what was said and written to and by it. Safe to repeat, and to break off; a call that goes on is left alone.
   * @param removeFiles removes what a call has left on the disk, before its record forgets the files' names
   */
  eraseNumber (userId: string, phoneNumber: string, removeFiles: (call: ErasedCall) => Promise<void>): Promise<Erased>
}

/** @param collections all of them, by their names */
export const userData = (collections: ReadonlyMap<string, Collection<Document>>, clock: Clock): UserData => ({
  async * documents (userId) {
    for (const [name, { schema, secrets = [] }] of Object.entries(COLLECTIONS)) {
      for await (const document of collections.get(name)?.scan({ userId }) ?? []) {
        yield { collection: name, document: secrets.reduce<object>((shown, path) => without(shown, path.split('.')), asRecord<object>(schema, document)) }
      }
    }
  },
  eraseNumber: (userId, phoneNumber, removeFiles) => eraseNumber(collections, clock, userId, phoneNumber, removeFiles)
})

/** The same without a field, which is looked for in every element of a list. */
const without = (value: object, [field = '', ...rest]: string[]): object => {
  if (Array.isArray(value)) return value.map((element: unknown) => isObject(element) ? without(element, [field, ...rest]) : element)
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    if (name !== field) return [[name, inner]]
    return rest.length === 0 ? [] : [[name, isObject(inner) ? without(inner, rest) : inner]]
  }))
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
