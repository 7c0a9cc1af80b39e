import { pino } from 'pino'
import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { WebhookWorker } from '../../src/webhooks/worker.ts'

test('it looks, sends and cleans by the clock, also after a failure, until it is stopped', async (t) => {
  const clock = new VirtualClock()
  const done: string[] = []
  let fails = true
  const worker = new WebhookWorker({
    clock,
    log: pino({ level: 'silent' }),
    announcer: { look: async () => { done.push('look') } },
    sender: { work: async () => { if (fails) throw new Error('no database'); done.push('send') }, stop: async () => { done.push('stop') } },
    stores: { webhookDeliveries: { removeFinished: async (before) => done.push(`clean ${(clock.now() - before.getTime()) / 86_400_000}`) } }
  })
  worker.start()
  await clock.advance(500)
  fails = false
  await clock.advance(1_000)
  t.same(done, ['look', 'look', 'send', 'clean 30', 'look', 'send'])
  await worker.stop()
  await clock.advance(10_000)
  t.equal(done.at(-1), 'stop')
  t.equal(clock.pendingTimers, 0)
})
