import { EarshotError } from '../errors.ts'
import type { Collection, Document } from './collection.ts'
import type { Renewal } from './secrets.ts'

const AT_ONCE = 100

/**
 * Encrypts the secrets of a collection anew, removed documents' too: one document after the other, so that it can be broken off and begun again at any
 * time. A document that somebody else changes meanwhile is looked at anew.
 * @param renew the fields with secrets, renewed; the same values where there is nothing to renew, no fields for a document without secrets
 */
export const renewEnvelopes = async <D extends Document & { revision: number }> (collection: Collection<D>, renew: (document: D) => Partial<D>): Promise<Renewal> => {
  const renewal: Renewal = { renewed: 0, current: 0, unreadable: 0 }
  for (let after = '', page: D[] | undefined; page === undefined || page.length > 0;) {
    page = await collection.find({ _id: { $gt: after } }, { sort: { _id: 1 }, limit: AT_ONCE })
    for (const { _id } of page) {
      const outcome = await renewOne(collection, _id, renew)
      if (outcome !== undefined) renewal[outcome]++
      after = _id
    }
  }
  return renewal
}

const renewOne = async <D extends Document & { revision: number }> (collection: Collection<D>, _id: string, renew: (document: D) => Partial<D>): Promise<keyof Renewal | undefined> => {
  for (;;) {
    const document = await collection.findOne({ _id })
    if (document === undefined) return undefined
    try {
      const changes = renew(document)
      const fields = Object.keys(changes) as Array<keyof D>
      if (fields.length === 0) return undefined
      if (fields.every((field) => JSON.stringify(changes[field]) === JSON.stringify(document[field]))) return 'current'
      if (await collection.updateOne({ _id, revision: document.revision }, { $set: changes, $inc: { revision: 1 } }) === 1) return 'renewed'
    } catch (error) {
      if (error instanceof EarshotError && error.code === 'internal') return 'unreadable'
      throw error
    }
  }
}
