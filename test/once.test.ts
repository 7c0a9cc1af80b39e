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

test('what could not be had is asked for again', async (t) => {
  let calls = 0
  const model = once(async () => {
    if (++calls === 1) throw new Error('not yet')
    return calls
  })
  await t.rejects(model(), { message: 'not yet' })
  t.equal(await model(), 2)
  t.equal(await model(), 2)
})
