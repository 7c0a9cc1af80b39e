import { test } from 'tap'
import { dbfs, rms } from '../../src/audio/level.ts'

test('the level of known signals', (t) => {
  const sine = Int16Array.from({ length: 8000 }, (_, i) => Math.round(32767 * Math.sin(2 * Math.PI * 1000 * i / 8000)))
  t.ok(Math.abs(dbfs(rms(sine)) + 3.01) < 0.01)
  t.equal(dbfs(rms(new Int16Array(10).fill(-32768))), 0)
  t.equal(dbfs(rms(new Int16Array(10).fill(3277)) / 3277 * 3276.8), -20)
  t.equal(dbfs(rms(new Int16Array(10))), -Infinity)
  t.end()
})

test('a part of the samples; none have no level', (t) => {
  t.equal(rms(Int16Array.of(1000, 3, -4, 1000), 1, 3), Math.sqrt(12.5))
  t.equal(rms(new Int16Array(0)), 0)
  t.end()
})
