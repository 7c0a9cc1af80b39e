import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import fc from 'fast-check'
import { cutTornLine, escapeLineBreaks, rewrite } from '../../src/store/data-file.ts'

test('a torn last line is cut off, however long it and the file are', async (t) => {
  const whole = '{"_id":"a"}\n'
  const long = 'x'.repeat(600_000)
  for (const [before, after] of [['', ''], [whole, whole], [whole + 'torn', whole], ['torn', ''], [whole + long, whole], [long, ''], [long + '\n' + long, long + '\n'], [`${'y'.repeat(262_143)}\ntorn`, `${'y'.repeat(262_143)}\n`]] as const) {
    const folder = t.testdir({ file: before })
    await cutTornLine(join(folder, 'file'))
    t.ok(await readFile(join(folder, 'file'), 'utf8') === after, `${before.length} → ${after.length} bytes`)
  }
  await cutTornLine(join(t.testdir(), 'none'))
})

test('any text stays on one line for nedb\'s reader, and comes back from it', async (t) => {
  fc.assert(fc.property(fc.string({ unit: fc.oneof(fc.constantFrom('\u2028', '\u2029', '\u0085', '\v', '\f', '\r', '\n'), fc.string({ unit: 'binary', maxLength: 1 })) }), (text) => {
    const line = escapeLineBreaks(JSON.stringify({ text }))
    return line.split(/\r\n|[\n\v\f\r\x85\u2028\u2029]/).length === 1 && (JSON.parse(line) as { text: string }).text === text
  }))
})

test('a rewritten file takes its place with what was appended meanwhile, or not at all', async (t) => {
  const folder = t.testdir({ file: 'old\nappended\n' })
  const path = join(folder, 'file')
  const dropped = await rewrite(path, [{ _id: 'a' }])
  await dropped.discard()
  t.equal(await readFile(path, 'utf8'), 'old\nappended\n')
  const documents = Array.from({ length: 5_000 }, (_, n) => ({ _id: String(n), at: new Date(n), text: 'z'.repeat(100) }))
  const next = await rewrite(path, documents, 4)
  t.equal(await readFile(path, 'utf8'), 'old\nappended\n', 'until it is adopted, nothing changes')
  await next.adopt()
  const lines = (await readFile(path, 'utf8')).split('\n')
  t.equal(lines.length, 5_002)
  t.same(JSON.parse(String(lines[4_999])), { _id: '4999', at: { $$date: 4_999 }, text: 'z'.repeat(100) })
  t.same(lines.slice(5_000), ['appended', ''])
  t.same(await readdir(folder), ['file'])
})
