import type { TSchema } from 'typebox'
import { COLLECTIONS } from '../src/store/collections.ts'

export const DATABASE_DOCS = 'docs/database_structure_and_flow.md'

const FIELD_TABLE = /(<!-- fields (\w+) -->\n)[^]*?(<!-- \/fields -->)/g

/** The description of the database with the tables of its collections' fields made anew from the schemas. @throws {Error} for a table of no collection */
export const withFieldTables = (markdown: string): string => markdown.replace(FIELD_TABLE, (_whole, start: string, name: string, end: string) => {
  const collection = COLLECTIONS[name]
  if (collection === undefined) throw new Error(`${name} is not in src/store/collections.ts.`)
  return `${start}\n| field | type | meaning |\n|---|---|---|\n${rowsOf(collection.schema).join('\n')}\n\n${end}`
})

/** As much of JSON Schema as the stores' schemas use. */
interface FieldSchema { type?: string, format?: string, enum?: unknown[], anyOf?: FieldSchema[], const?: unknown, description?: string, properties?: Record<string, FieldSchema>, required?: string[], items?: FieldSchema }

/** A row for each field, those of inner documents after theirs. @param path of the document inside the collection's */
const rowsOf = (schema: TSchema | FieldSchema, path = ''): string[] => {
  const { properties = {}, required = [] }: FieldSchema = JSON.parse(JSON.stringify(schema))
  return Object.entries(properties).flatMap(([name, field]) => [
    `| \`${path}${name}\` | ${typeOf(field)}${required.includes(name) ? '' : ', optional'} | ${(field.description ?? '').replaceAll('|', '\\|')} |`,
    ...rowsOf(field.items ?? field, `${path}${name}${field.items === undefined ? '' : '[]'}.`)
  ])
}

const typeOf = ({ type, format, enum: words, anyOf, const: only, items, properties }: FieldSchema): string => {
  if (only !== undefined) return `\`${JSON.stringify(only)}\``
  if (words !== undefined) return words.map((word) => `\`${String(word)}\``).join(' or ')
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ')
  if (format === 'date-time') return 'date'
  if (type === 'array') return `list of ${items === undefined ? 'anything' : typeOf(items)}`
  if (type === 'object') return properties === undefined ? 'map' : 'document'
  return type ?? 'anything'
}
