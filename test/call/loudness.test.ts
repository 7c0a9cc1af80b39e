import { test } from 'tap'
import { Loudness } from '../../src/call/loudness.ts'

/** Whether each of so many chunks with this root mean square is loud. */
const hear = (loudness: Loudness, rms: number, chunks: number): boolean[] => Array.from({ length: chunks }, () => loudness.isLoud(rms ** 2))

test('what stands 12 dB out of the line\'s noise is loud, wherever the noise lies', async (t) => {
  for (const floor of [0, 20, 60, 300]) {
    const loudness = new Loudness()
    // The floor follows upwards at 1 dB a second.
    t.notOk(hear(loudness, floor, 1200).at(-1), `noise at ${floor}`)
    t.same(hear(loudness, Math.max(floor, 32) * 6, 3), [true, true, true], `a voice over noise at ${floor}`)
    t.same(hear(loudness, floor, 1), [false], 'and quiet at once after it')
  }
})

test('a long sentence does not become its own noise', async (t) => {
  const loudness = new Loudness()
  hear(loudness, 30, 50)
  hear(loudness, 2000, 310)
  t.same(hear(loudness, 400, 1), [true], 'a faint consonant after ten seconds of speech')
})
