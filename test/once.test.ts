import { test } from 'tap'
import { once } from '../src/once.ts'

test('calls the first time only, also for what is nothing', (t) => {
  let calls = 0
  const nothing = once(() => { calls++ })
  t.equal(calls, 0)
  nothing()
  nothing()
  t.equal(calls, 1)
  const list = once(() => [1])
  t.equal(list(), list())
  t.end()
})
