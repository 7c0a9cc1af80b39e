import { execFileSync } from 'node:child_process'
import { test } from 'tap'

/**
 * Bytes: about twice what was measured (560, 150, 1040, 70), far less than one more buffer or closure for each would take. readMedia is the parsed message with its payload as a string
 * and as bytes; hearing a frame makes nothing but, for two of three, what the engine is told of a chunk.
 */
const LIMITS = { readMedia: 1000, readMark: 300, writeMedia: 1700, hearFrame: 150 }

test('the hot path allocates no more than it did', (t) => {
  const output = execFileSync(process.execPath, ['--import=tsx', '--expose-gc', '--max-semi-space-size=256', 'scripts/bench/allocations.ts'], { encoding: 'utf8', env: { PATH: process.env['PATH'] } })
  const bytes = JSON.parse(output) as Record<keyof typeof LIMITS, number>
  for (const [what, limit] of Object.entries(LIMITS)) {
    const measured = bytes[what as keyof typeof LIMITS]
    t.ok(measured > 0 && measured <= limit, `${what}: ${measured} bytes, at most ${limit}`)
  }
  t.end()
})
