import { test } from 'tap'
import { Gate } from '../../src/call/gate.ts'

test('whoever waits goes on when it opens, and whoever comes later does not wait', async (t) => {
  const gate = new Gate()
  const passed: string[] = []
  const early = gate.opened.then(() => passed.push('early'))
  await Promise.resolve()
  t.same(passed, [])
  t.notOk(gate.isOpen)
  gate.open()
  gate.open()
  t.ok(gate.isOpen, 'at once, before any promise has settled')
  await early
  await gate.opened.then(() => passed.push('late'))
  t.same(passed, ['early', 'late'])
})
