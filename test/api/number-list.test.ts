import fc from 'fast-check'
import { test } from 'tap'
import { readNumberList } from '../../src/api/number-list.ts'

test('every way in which spreadsheets write a list', async (t) => {
  for (const file of [
    'phoneNumber,name\n+14155550101,Ann\n(415) 555-0102,Bob\n',
    '\uFEFFPhone Number;Name\r\n+14155550101;"Ann, or ""Annie"""\r\n4155550102;Bob\r\n\r\n',
    'name\tphone_number\r"Ann\tB"\t+1 415 555 0101\rBob\t1-415-555-0102',
    '"MOBILE"\n"+14155550101"\n" 415.555.0102 "'
  ]) {
    t.match(await readNumberList(file, 'US'), [{ row: 2, phoneNumber: '+14155550101' }, { row: 3, phoneNumber: '+14155550102' }], JSON.stringify(file))
  }
})

test('each row that is wrong is told, with its column, and the same number twice', async (t) => {
  const rows = await readNumberList('name,phone\nAnn,+14155550101\nBob,\n,\nEve,12\nDan,1.4155E+10\nAnn again,415 555 0101\nZoe\nTwo,+14155550103,x', 'US')
  t.same(rows, [
    { row: 2, given: '+14155550101', phoneNumber: '+14155550101' },
    { row: 3, given: '', error: { column: 'phone', message: 'is empty' } },
    { row: 5, given: '12', error: { column: 'phone', message: 'is not a possible phone number' } },
    { row: 6, given: '1.4155E+10', error: { column: 'phone', message: 'is not a possible phone number' } },
    { row: 7, given: '415 555 0101', phoneNumber: '+14155550101', duplicateOf: 2 },
    { row: 8, given: '', error: { column: 'phone', message: 'is empty' } },
    { row: 9, given: '+14155550103', phoneNumber: '+14155550103' }
  ])
  t.match(await readNumberList('phone\n415 555 0101', undefined), [{ error: { message: /not a possible/ } }], 'without a country')
})

test('a file that cannot be read says why', async (t) => {
  for (const file of ['', 'name,city\nAnn,Berlin', 'phone\n"415', 'phone\n4"15"']) await t.rejects(readNumberList(file, 'US'), { code: 'invalid', field: 'body', message: /CSV|columns/ }, JSON.stringify(file))
  await fc.assert(fc.asyncProperty(fc.string(), async (text) => {
    const rows = await readNumberList(`phone\n${text}`, 'US').catch((error: { code?: string }) => { if (error.code !== 'invalid') throw error })
    for (const row of rows ?? []) if (row.phoneNumber !== undefined && !/^\+[1-9]\d{1,14}$/.test(row.phoneNumber)) throw new Error(row.phoneNumber)
  }))
})
