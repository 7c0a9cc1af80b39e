import { test } from 'tap'
import { EnergyVad } from '../../src/vad/energy.ts'
import type { VadChunk } from '../../src/vad/vad.ts'
import { hear, noise, offsetsMs, onsetsMs, percentile, readRecordings, shares } from './recordings.ts'

const hearAll = (pcms: Int16Array[]): Promise<VadChunk[][]> => hear(new EnergyVad(), pcms, () => Promise.resolve())

test('real speech is found, and its beginning and end within 100 ms', async (t) => {
  const callers = readRecordings().filter(({ name }) => !/music|noisy/.test(name))
  const heard = await hearAll(callers.map(({ pcm }) => pcm))
  const inside = heard.map((chunks, i) => shares(chunks, callers[i]!.speech).inside)
  t.ok(percentile(inside, 0) > 0.7, `least ${percentile(inside, 0)}`)
  t.ok(percentile(inside, 0.5) > 0.9, `median ${percentile(inside, 0.5)}`)
  heard.forEach((chunks, i) => t.equal(shares(chunks, callers[i]!.speech).outside, 0, callers[i]!.name))
  const onsets = heard.flatMap((chunks, i) => onsetsMs(chunks, callers[i]!.speech, 0.5))
  const offsets = heard.flatMap((chunks, i) => offsetsMs(chunks, callers[i]!.speech, 0.35)).filter(Number.isFinite)
  t.comment(`onset p50 ${percentile(onsets, 0.5)} p95 ${percentile(onsets, 0.95)} ms, offset p50 ${percentile(offsets, 0.5)} p95 ${percentile(offsets, 0.95)} ms`)
  t.ok(percentile(onsets, 0.95) <= 64)
  t.ok(percentile(offsets, 0.95) <= 100)
})

test('silence and a steady noise are not speech, once the noise has been heard for two seconds', async (t) => {
  const [silence, room, loud] = await hearAll([new Int16Array(40000), noise(40000, 'room', -60), noise(40000, 'white', -45)])
  t.ok(silence!.every(({ probability }) => probability === 0))
  t.ok(room!.every(({ probability }) => probability < 0.1))
  t.ok(loud!.slice(64).every(({ probability }) => probability < 0.1))
})

test('a voice over a noisy line is still found', async (t) => {
  const caller = readRecordings().find(({ name }) => name === 'question')!
  const pcm = noise(32000 + caller.pcm.length, 'room', -42)
  caller.pcm.forEach((sample, i) => { pcm[32000 + i]! += sample })
  const [chunks] = await hearAll([pcm])
  const speech = caller.speech.map(([from, to]): [number, number] => [from + 4000, to + 4000])
  t.ok(shares(chunks!, speech).inside > 0.7)
  t.ok(shares(chunks!.filter(({ endMs }) => endMs > 2000), speech).outside < 0.02)
})

test('a chunk every 32 ms, inside push, and none after close', (t) => {
  const chunks: VadChunk[] = []
  const stream = new EnergyVad().open((chunk) => chunks.push(chunk))
  stream.push(new Int16Array(255))
  t.equal(chunks.length, 0)
  stream.push(new Int16Array(513))
  t.same(chunks.map(({ endMs }) => endMs), [32, 64, 96])
  stream.close()
  stream.push(new Int16Array(512))
  t.equal(chunks.length, 3)
  t.end()
})

test('closing in the middle of a frame ends the callbacks there', (t) => {
  let calls = 0
  const stream = new EnergyVad().open(() => {
    calls++
    stream.close()
  })
  stream.push(new Int16Array(2560))
  t.equal(calls, 1)
  t.end()
})
