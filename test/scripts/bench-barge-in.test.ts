import { test } from 'tap'
import { interruptionsOf, noises, speakOver } from '../../scripts/bench-barge-in.ts'
import { spread } from '../../scripts/bench/spread.ts'
import { readCallers } from '../../src/replay/recorded-caller.ts'
import { SileroInlineVad } from '../../src/vad/silero-inline.ts'

test('recorded callers who speak over the agent silence it within 300 ms of their onset at the 95th percentile; music and noise do not', async (t) => {
  const vad = await SileroInlineVad.load()
  t.teardown(() => vad.close())
  const callers = await readCallers('fixtures/callers')
  const interruptions = interruptionsOf(callers).filter((_, i) => i % 3 === 0)
  const clears = []
  for (const interruption of interruptions) clears.push(await speakOver(vad, interruption))
  const { count, p95, max } = spread(clears.flatMap((ms) => ms ?? []))
  t.ok(interruptions.length >= 20)
  t.equal(count, interruptions.length, 'every one is noticed')
  t.ok(p95 <= 300, `95 %: ${p95} ms, most ${max} ms`)
  for (const noise of noises(callers)) t.equal(await speakOver(vad, noise), undefined, noise.name)
})
