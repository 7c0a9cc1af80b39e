import { pino } from 'pino'
import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { storesOf } from '../../src/store/open.ts'
import { Secrets } from '../../src/store/secrets.ts'
import { announcedStores } from '../../src/webhooks/announced-stores.ts'
import { Announcer } from '../../src/webhooks/announcer.ts'
import { WebhookSender } from '../../src/webhooks/sender.ts'
import { WebhookWorker } from '../../src/webhooks/worker.ts'
import { eachEngine, TEST_KEY } from '../support/engines.ts'
import { Mortal, mortalDatabase } from '../support/mortal.ts'

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

eachEngine('a worker killed at any of its steps: no event is lost, and one that is sent again has the same id', async (t, database) => {
  const clock = new VirtualClock()
  const mortal = new Mortal()
  const stores = await storesOf(mortalDatabase(database, mortal), clock, new Secrets(TEST_KEY))
  const received: Array<{ id: string, body: string }> = []
  let answered = 0
  const fetch = async ({ headers, body = '' }: { headers: Record<string, string>, body?: string }) => await mortal.step(async () => {
    received.push({ id: String(headers['webhook-id']), body })
    // Every third request is answered with a failure: then there are attempts to come between.
    return { status: answered++ % 3 === 0 ? 503 : 204, contentType: '', body: '', cut: false }
  })
  await stores.webhooks.create('ann', { url: 'https://example.com/hook', events: ['call.started', 'call.turn', 'call.ended'], active: true })
  const boot = () => {
    mortal.live()
    const log = pino({ level: 'silent' })
    const announcer = new Announcer({ clock, stores, log })
    const sender = new WebhookSender({ clock, stores, fetch, log, random: () => 0.5 })
    const worker = new WebhookWorker({ clock, stores, announcer, sender, log })
    const rounds = async (count: number) => {
      for (let n = 0; n < count && !mortal.dead; n++) {
        await worker.work().catch((error: unknown) => { if (!mortal.dead) throw error })
        await sender.idle()
        await clock.advance(31_000)
      }
    }
    return { announced: announcedStores(stores, announcer), rounds }
  }
  let steps = 0
  for (let died = true; died;) {
    const sid = `CA${++steps}`
    const victim = boot()
    const { call } = await victim.announced.calls.create({ userId: 'ann', call_sid: sid, from_number: '+14155550100', to_number: '+14155550123', agent_id: 'a', session_id: 's', start_time: new Date(clock.now()) })
    await victim.announced.calls.appendTurn(sid, 0, { role: 'user', text: 'Hello.', timestamp: new Date(clock.now()) })
    await victim.announced.calls.complete(sid, { end_time: new Date(clock.now()), end_reason: 'caller_hung_up' })
    mortal.dieAt(steps)
    await victim.rounds(4)
    died = mortal.dead
    await boot().rounds(4)
    const mine = received.splice(0).filter(({ id }) => id.includes(call._id))
    const ids = new Set(mine.map(({ id }) => id))
    const wanted = ['started', 'turn_0', 'ended_0'].map((what) => `evt_${call._id}_${what}`)
    const bodies = new Set(mine.map(({ id, body }) => `${id} ${body}`))
    if (wanted.some((id) => !ids.has(id)) || ids.size !== 3 || bodies.size !== 3) t.fail(`killed at step ${steps}`, { received: mine.map(({ id }) => id) })
    const open = (await stores.webhookDeliveries.due(100)).length
    if (open > 0) t.fail(`killed at step ${steps}: ${open} deliveries are open`)
  }
  t.ok(steps > 20, `${steps} steps`)
})
