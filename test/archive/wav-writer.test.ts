import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'tap'
import { WavWriter } from '../../src/archive/wav-writer.ts'

test('a recording that is finished says how long it is', async (t) => {
  const path = `${t.testdir()}/a.wav`
  const writer = new WavWriter(path)
  writer.write(new Uint8Array(16_000).fill(0x80))
  writer.write(new Uint8Array(2).fill(0xff))
  t.equal(await writer.close(), 58 + 16_002)
  const wav = await readFile(path)
  t.same([wav.toString('latin1', 0, 4), wav.readUInt32LE(4), wav.readUInt32LE(46), wav.readUInt32LE(54), wav.length], ['RIFF', 16_052, 8_001, 16_002, 16_060])
})

test('a file that is there is not written over, and that is told at the end', async (t) => {
  const path = `${t.testdir()}/a.wav`
  await writeFile(path, 'old')
  const writer = new WavWriter(path)
  writer.write(new Uint8Array(10))
  await t.rejects(writer.close(), { code: 'EEXIST' })
  t.equal(await readFile(path, 'utf8'), 'old')
})
