import type { CountryCode } from 'libphonenumber-js'
import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { EarshotError } from '../errors.ts'
import { once } from '../once.ts'

const csv = once(() => import('csv-parse/sync'))

/** What became of a row of the file; row 1 is the header, as spreadsheets count. */
export interface ListRow {
  row: number
  /** As it stands in the file. */
  given: string
  phoneNumber?: string
  /** The row that has the same number already. */
  duplicateOf?: number
  error?: { column: string, message: string }
}

/** The names that the column of the numbers may have, in any case, with or without spaces and underscores. */
const NUMBER_COLUMNS = ['phonenumber', 'phone', 'number', 'telephone', 'mobile']
/** The separators of spreadsheets' files, by where they are made. */
const DELIMITERS = [',', ';', '\t']

/**
 * The phone numbers of a CSV file with a header row. Quotes, either kind of line end, a byte order mark and any of the usual separators are understood; columns
 * beside that of the numbers are left alone, and so are empty rows.
 * @param country of numbers without a country code
 * @throws EarshotError `invalid` for a file that cannot be read as a whole
 */
export async function readNumberList (file: string, country: CountryCode | undefined): Promise<ListRow[]> {
  const { parse, CsvError } = await csv()
  let table: string[][]
  try {
    table = parse(file, { bom: true, delimiter: delimiterOf(file), relax_column_count: true, trim: true })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw invalid(`The file is no CSV: ${error.message}.`, error)
  }
  const [header = [], ...rows] = table
  const column = header.findIndex((name) => NUMBER_COLUMNS.includes(name.toLowerCase().replace(/[\s_-]/g, '')))
  if (column === -1) throw invalid('The first row must name the columns, and one of them phoneNumber.')
  const name = header[column] ?? ''
  const rowOf = new Map<string, number>()
  return rows.flatMap((cells, index): ListRow[] => {
    if (cells.every((cell) => cell === '')) return []
    const row = index + 2
    const given = cells[column] ?? ''
    const phone = parsePhoneNumberFromString(given, { ...(country && { defaultCountry: country }), extract: false })
    if (phone?.isPossible() !== true) return [{ row, given, error: { column: name, message: given === '' ? 'is empty' : 'is not a possible phone number' } }]
    const phoneNumber: string = phone.number
    const duplicateOf = rowOf.get(phoneNumber)
    if (duplicateOf !== undefined) return [{ row, given, phoneNumber, duplicateOf }]
    rowOf.set(phoneNumber, row)
    return [{ row, given, phoneNumber }]
  })
}

/** The separator that the header has most of. */
const delimiterOf = (file: string): string => {
  const header = /^[^\r\n]*/.exec(file)?.[0] ?? ''
  const [best = ','] = [...DELIMITERS].sort((a, b) => header.split(b).length - header.split(a).length)
  return best
}

const invalid = (message: string, cause?: unknown): EarshotError => new EarshotError('invalid', message, { field: 'body', cause })
