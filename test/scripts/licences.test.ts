import { readFile } from 'node:fs/promises'
import { test } from 'tap'
import { licencePage, licencesOf } from '../../scripts/licences.ts'

test('every package of production is listed with a licence that fits; the page is up to date', async (t) => {
  t.equal(await readFile('docs/licences.md', 'utf8'), await licencePage(), 'else: npx tsx scripts/licences.ts')
})

test('a licence that is missing or asks for the source is found; one of two is enough', (t) => {
  t.same(licencesOf({ 'node_modules/a': { version: '1', license: 'GPL-3.0-only' }, 'node_modules/b/node_modules/@c/d': {} }).problems, ['a is under GPL-3.0-only', '@c/d names no licence'])
  t.same(licencesOf({ '': {}, 'node_modules/a': { license: '(GPL-2.0 OR MIT)' }, 'node_modules/b': { license: 'MIT AND ISC' }, 'node_modules/c': { license: 'AGPL-3.0', dev: true } }).problems, [])
  t.same(licencesOf({ 'node_modules/a': { license: 'MIT AND LGPL-3.0' } }).problems, ['a is under MIT AND LGPL-3.0'])
  t.end()
})
