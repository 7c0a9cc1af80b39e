import { EarshotError } from '../errors.ts'
import type { Collection, Document, Filter } from './collection.ts'

const DEFAULT_LIMIT = 50
export const MAX_LIMIT = 100

/** How a list is asked for. The cursor is what the page before gave as `nextCursor`. */
export interface ListQuery {
  /** Built by the code from checked values, never taken from a request as it came. */
  filter?: Filter
  /** A required field with strings, numbers or dates; newest first by `created_at` when left out. */
  sort?: { field: string, direction: 1 | -1 }
  /** At most 100; 50 when left out. */
  limit?: number
  cursor?: string
}

export interface Page<R> {
  items: R[]
  /** There when there is more. */
  nextCursor?: string
}

/**
 * One page of a list. The cursor holds the place of the page's last document in the order, so that documents inserted or
 * removed meanwhile neither repeat nor hide others.
 * @throws EarshotError `invalid` for a cursor that is not one of this list
 */
export const findPage = async <D extends Document> (
  collection: Pick<Collection<D>, 'find'>,
  base: Filter,
  { filter = {}, sort = { field: 'created_at', direction: -1 }, limit = DEFAULT_LIMIT, cursor }: ListQuery
): Promise<Page<D>> => {
  const { field, direction } = sort
  const most = Math.min(Math.max(1, limit), MAX_LIMIT)
  const after = cursor === undefined ? {} : afterPlace(readCursor(cursor, field), field, direction)
  const found = await collection.find({ $and: [filter, after], ...base }, { sort: { [field]: direction, _id: direction }, limit: most + 1 })
  const items = found.slice(0, most)
  const last = items.at(-1)
  return found.length > most && last !== undefined ? { items, nextCursor: writeCursor(last, field) } : { items }
}

interface Place { value: string | number | Date, id: string }

const afterPlace = ({ value, id }: Place, field: string, direction: 1 | -1): Filter => {
  const beyond = direction === 1 ? '$gt' : '$lt'
  return { $or: [{ [field]: { [beyond]: value } }, { [field]: value, _id: { [beyond]: id } }] }
}

const writeCursor = (document: Document, field: string): string => {
  const value: unknown = Object.entries(document).find(([name]) => name === field)?.[1]
  const place = [field, value instanceof Date ? 'date' : typeof value, value instanceof Date ? value.getTime() : value, document._id]
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

const readCursor = (cursor: string, field: string): Place => {
  let place: unknown
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    throw badCursor()
  }
  if (!Array.isArray(place) || place[0] !== field || typeof place[3] !== 'string') throw badCursor()
  const [, type, value, id] = place
  if (type === 'date' && typeof value === 'number' && !Number.isNaN(new Date(value).getTime())) return { value: new Date(value), id }
  if ((type === 'string' && typeof value === 'string') || (type === 'number' && typeof value === 'number')) return { value, id }
  throw badCursor()
}

const badCursor = () => new EarshotError('invalid', 'The cursor is not the nextCursor of a page of this list.', { field: 'cursor' })
