import { readdirSync } from 'node:fs'
import { test } from 'tap'
import { phraseFiles } from '../src/phrase-files.ts'

test('phrases are kept by key, whatever stands in it, and outlive the object', async (t) => {
  const folder = `${t.testdir()}/phrases`
  const files = phraseFiles(folder)
  t.equal(await files.read('a'), undefined)
  const key = JSON.stringify(['m', 'v', '../../etc/passwd \0 ' + 'x'.repeat(5000)])
  await files.write(key, Uint8Array.of(1, 2, 255))
  t.same(await phraseFiles(folder).read(key), Uint8Array.of(1, 2, 255))
  t.equal(await files.read('b'), undefined)
  await files.write(key, Uint8Array.of(9))
  t.same(await files.read(key), Uint8Array.of(9))
  t.match(readdirSync(folder), /^[0-9a-f]{64}\.ulaw$/, 'one file, nothing unfinished')
})

test('a folder that cannot be read is an error, not a missing phrase', async (t) => {
  const folder = t.testdir({ phrases: 'a file' })
  await t.rejects(phraseFiles(`${folder}/phrases`).read('a'))
})
