import { test } from 'tap'
import { createMetrics } from '../src/metrics.ts'

test('two apps in one process do not count together', async (t) => {
  const [one, other] = [createMetrics(), createMetrics()]
  one.turns.inc({ role: 'user' })
  one.stageSeconds.observe({ stage: 'stt' }, 0.4)
  t.match(await one.registry.metrics(), /^earshot_turns_total\{role="user"\} 1$/m)
  t.match(await one.registry.metrics(), /^earshot_stage_seconds_bucket\{le="0.5",stage="stt"\} 1$/m)
  t.notMatch(await other.registry.metrics(), /^earshot_turns_total\{/m)
})
