import { Type, type Static, type TProperties } from 'typebox'
import { MAX_LIMIT, type ListQuery } from '../store/page.ts'

const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, description: 'The most that a page holds; 50 when left out' })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000, description: 'nextCursor of the page before' }))
}

/** The query of a list: paging and the list's own filters. */
export const pageQuery = <Filters extends TProperties> (filters: Filters) =>
  Type.Object({ ...paging, ...filters }, { additionalProperties: false })

/** The part of a list's query that is alike everywhere. */
export const pageOf = ({ limit, cursor }: Static<ReturnType<typeof pageQuery<typeof paging>>>): Pick<ListQuery, 'limit' | 'cursor'> => ({
  ...(limit === undefined ? {} : { limit }),
  ...(cursor === undefined ? {} : { cursor })
})

export const nextCursor = Type.Optional(Type.String({ description: 'Asks for the next page; left out on the last one' }))

export const idParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64, description: 'The _id of what is meant' }) }, { additionalProperties: false })

export const searchText = (where: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: `${where}, in any case` }))

/** Matches any text that has these words in it. */
export const containing = (words: string): RegExp => new RegExp(words.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i')
