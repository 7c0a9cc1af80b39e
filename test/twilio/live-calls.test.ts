import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { LiveCalls, type LiveCall } from '../../src/twilio/live-calls.ts'

const setUp = (maxCalls = 2) => {
  const clock = new VirtualClock()
  const calls = new LiveCalls({ clock, maxCalls })
  const closed: string[] = []
  const begin = (callSid: string): LiveCall => {
    const call: LiveCall = { callSid, command: () => false, close: async () => { closed.push(callSid); calls.remove(call) } }
    calls.add(call)
    return call
  }
  return { clock, calls, closed, begin }
}

test('a place is kept from the webhook to the end of the call', async (t) => {
  const { clock, calls, begin } = setUp()
  t.equal(calls.admit('CA1'), 'admitted')
  t.equal(calls.admit('CA2'), 'admitted')
  t.equal(calls.admit('CA3'), 'too_many_calls')
  t.equal(calls.admit('CA2'), 'admitted', 'a repeated webhook asks for no second place')
  t.same([calls.count, calls.live], [2, 0])
  const call = begin('CA1')
  t.same([calls.count, calls.live], [2, 1])
  calls.remove(call)
  t.equal(calls.admit('CA3'), 'admitted')
  calls.release('CA3')
  calls.release('CA2')
  t.equal(calls.count, 0)
  t.equal(clock.pendingTimers, 0)
})

test('of a call whose stream was taken up again the new stream is found, whichever ends first', async (t) => {
  const { calls, begin } = setUp(4)
  const [old, other] = [begin('CA1'), begin('CA2')]
  const taken = begin('CA1')
  t.equal(calls.find('CA1'), taken)
  calls.remove(old)
  t.same([calls.find('CA1') === taken, calls.find('CA2') === other, calls.find('CA3')], [true, true, undefined])
  const last = begin('CA1')
  calls.remove(last)
  calls.remove(taken)
  t.same([calls.find('CA1'), calls.live], [undefined, 1])
})

test('a stream that never begins gives its place back', async (t) => {
  const { clock, calls } = setUp(1)
  calls.admit('CA1')
  await clock.advance(10_000)
  calls.admit('CA1')
  await clock.advance(14_999)
  t.equal(calls.admit('CA2'), 'too_many_calls', 'counted from the last webhook')
  await clock.advance(1)
  t.equal(calls.admit('CA2'), 'admitted')
})

test('the place of a call that comes to nothing is free at once', async (t) => {
  const { calls } = setUp()
  calls.admit('CA1')
  t.equal(await calls.keepIf('CA1', async () => 'token'), 'token')
  t.equal(calls.count, 1)
  t.equal(await calls.keepIf('CA1', async () => undefined), undefined)
  t.equal(calls.count, 0)
  calls.admit('CA1')
  await t.rejects(calls.keepIf('CA1', async () => { throw new Error('store away') }))
  t.equal(calls.count, 0)
})

test('draining refuses calls, waits for those that are there, and ends no sooner', async (t) => {
  const { clock, calls, closed, begin } = setUp()
  const first = begin('CA1')
  calls.admit('CA2')
  let drained = false
  const draining = calls.drain(60_000).then(() => { drained = true })
  t.ok(calls.draining)
  t.equal(calls.admit('CA3'), 'draining')
  const second = begin('CA2')
  calls.remove(first)
  await clock.advance(59_000)
  t.notOk(drained, 'the admitted call still goes on')
  calls.remove(second)
  await draining
  t.same(closed, [])
  t.equal(clock.pendingTimers, 0)
})

test('calls that outlast the drain time are ended, and one that cannot end does not hold the others', async (t) => {
  const { clock, calls, closed, begin } = setUp(3)
  begin('CA1')
  calls.add({ callSid: 'CA2', command: () => false, close: async () => { throw new Error('store away') } })
  begin('CA3')
  const draining = calls.drain(60_000)
  await clock.advance(60_000)
  await draining
  t.same(closed, ['CA1', 'CA3'])
})

test('with nothing to wait for, draining is over at once', async (t) => {
  const { clock, calls } = setUp()
  await calls.drain(60_000)
  t.equal(clock.pendingTimers, 0)
})

test('without time to wait, live calls are ended at once', async (t) => {
  const { calls, closed, begin } = setUp()
  begin('CA1')
  await calls.drain(0)
  t.same(closed, ['CA1'])
})
