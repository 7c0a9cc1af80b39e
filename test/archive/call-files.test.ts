import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { test } from 'tap'
import { callIdOf, fileOf, pathOf, removeCallFiles } from '../../src/archive/call-files.ts'

const _id = '65a1b2c3d4e5f60718293a4b'

test('a file is named after its call and the stream it is of, and tells its call', (t) => {
  t.same(fileOf('tapes', { _id }), { part: 1, file: `${_id}-1.ndjson` })
  t.same(fileOf('recordings', { _id, resume_count: 2 }), { part: 3, file: `${_id}-3.wav` })
  t.equal(callIdOf('recordings', `${_id}-3.wav`), _id)
  for (const other of [`${_id}-3.ndjson`, `${_id}.wav`, 'notes.wav', `${_id}-1.wav.part`, `x${_id}-1.wav`]) t.equal(callIdOf('recordings', other), undefined, other)
  t.end()
})

test('a call\'s files are removed and no others; one that is not here is no fault', async (t) => {
  const dataDir = t.testdir()
  for (const kind of ['tapes', 'recordings']) await mkdir(`${dataDir}/${kind}`)
  for (const [kind, file] of [['tapes', 'a'], ['tapes', 'b'], ['recordings', 'c'], ['recordings', 'd']] as const) await writeFile(pathOf(dataDir, kind, file), 'x')
  const call = { tapes: [{ part: 1, file: 'a' }, { part: 2, file: 'elsewhere' }], recordings: [{ part: 1, file: 'c' }] }
  await removeCallFiles(dataDir, call, ['tapes'])
  t.same([await readdir(`${dataDir}/tapes`), await readdir(`${dataDir}/recordings`)], [['b'], ['c', 'd']])
  await removeCallFiles(dataDir, call)
  t.same([await readdir(`${dataDir}/tapes`), await readdir(`${dataDir}/recordings`)], [['b'], ['d']])
  await removeCallFiles(dataDir, {})
})
