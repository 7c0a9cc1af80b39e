import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { test } from 'tap'
import { withWheel } from '../../src/local-speech/wheel.ts'
import { zipOf } from '../support/zip.ts'

test('gives the names and any of the files', async (t) => {
  const path = join(t.testdir(), 'a.whl')
  await writeFile(path, zipOf({ 'a/one.txt': 'one', 'a/two.bin': new Uint8Array([0, 255]), empty: '' }))
  await withWheel(path, async (read, names) => {
    t.same(names, ['a/one.txt', 'a/two.bin', 'empty'])
    t.equal((await read('a/one.txt')).toString(), 'one')
    t.same([...await read('a/two.bin')], [0, 255])
    t.equal((await read('empty')).length, 0)
    await t.rejects(read('three'), { message: /has no three/ })
  })
  await writeFile(path, 'no zip file')
  await t.rejects(withWheel(path, async () => {}))
})
