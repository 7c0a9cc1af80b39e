import { pino } from 'pino'
import { Compile } from 'typebox/compile'
import { announcedStores } from '../../src/webhooks/announced-stores.ts'
import { Announcer } from '../../src/webhooks/announcer.ts'
import { EVENTS } from '../../src/webhooks/events.ts'
import { EVENT_TYPES } from '../../src/store/webhooks.ts'
import { eachStores } from '../support/engines.ts'

type World = Parameters<Parameters<typeof eachStores>[1]>[1]

const CALL = { userId: 'ann', call_sid: 'CA1', from_number: '+14155550100', to_number: '+14155550123', agent_id: 'a', session_id: 's' }

const setUp = async ({ stores, clock, raw }: World, events: Array<typeof EVENT_TYPES[number]> = [...EVENT_TYPES]) => {
  await stores.webhooks.create('ann', { url: 'https://example.com/hook', events, active: true })
  /** A process that begins to work. */
  const boot = () => {
    const announcer = new Announcer({ clock, stores, log: pino({ level: 'silent' }) })
    return { announcer, announced: announcedStores(stores, announcer) }
  }
  const turn = (n: number) => ({ role: 'user' as const, text: `Turn ${n}`, timestamp: new Date(clock.now()) })
  const told = async () => (await raw('webhook_deliveries')).map((delivery) => ({ sequence: 0, eventId: '', body: '', type: '', ...delivery })).sort((a, b) => a.sequence - b.sequence)
  const types = async () => (await told()).map(({ type }) => type)
  const start = async (announced: typeof stores, sid = 'CA1') => await announced.calls.create({ ...CALL, call_sid: sid, start_time: new Date(clock.now()) })
  return { boot, turn, told, types, start }
}

eachStores('a call is told of from its start to its end, as the types say', async (t, world) => {
  const { boot, turn, told, types, start } = await setUp(world)
  const { clock, raw } = world
  const { announcer, announced } = boot()
  await start(announced)
  await announcer.look()
  t.same(await types(), ['call.started'])
  await announced.calls.appendTurn('CA1', 0, turn(0))
  await announced.calls.appendTurn('CA1', 1, turn(1))
  await announcer.look()
  await announcer.look()
  t.same(await types(), ['call.started', 'call.turn', 'call.turn'])
  await announced.calls.complete('CA1', { end_time: new Date(clock.now()), end_reason: 'caller_hung_up' })
  await announcer.look()
  t.same(await types(), ['call.started', 'call.turn', 'call.turn', 'call.ended'])
  t.same(await raw('webhook_outbox'), [])
  for (const { type, body } of await told()) {
    const schema = Object.entries(EVENTS).find(([name]) => name === type)?.[1]
    t.ok(schema && Compile(schema).Check(JSON.parse(body)), type)
    t.notMatch(body, /stream_token/)
  }
  t.match(JSON.parse((await told())[2]?.body ?? ''), { type: 'call.turn', data: { index: 1, turn: { text: 'Turn 1' } } })
})

eachStores('a process that dies at any point of a call: the next one tells all of it, each event once', async (t, world) => {
  const { boot, turn, told, start } = await setUp(world)
  const { stores, clock } = world
  const steps: Array<(sid: string, announced: typeof stores) => Promise<unknown>> = [
    (sid, announced) => start(announced, sid),
    (sid, announced) => announced.calls.appendTurn(sid, 0, turn(0)),
    (sid, announced) => announced.calls.appendTurn(sid, 1, turn(1)),
    (sid, announced) => announced.calls.complete(sid, { end_time: new Date(clock.now()), end_reason: 'caller_hung_up' })
  ]
  for (let death = 1; death <= steps.length; death++) {
    for (const looked of [true, false]) {
      const sid = `CA${death}${looked}`
      const first = boot()
      for (const [n, step] of steps.entries()) {
        // After its death the call goes on elsewhere, without a word to the announcer there: by Twilio's callback, or another process's stream.
        await step(sid, n < death ? first.announced : stores)
        if (n < death - 1 || (looked && n < death)) await first.announcer.look()
      }
      const heir = boot()
      await clock.advance(5_000)
      await Promise.all([heir.announcer.look(), boot().announcer.look()])
      const call = await stores.calls.findBySid(sid)
      t.same((await told()).map(({ eventId }) => eventId).filter((id) => id.includes(call?._id ?? '?')), ['started', 'turn_0', 'turn_1', 'ended_0'].map((what) => `evt_${call?._id}_${what}`), `death ${death}, ${looked}`)
    }
  }
})

eachStores('a call whose stream was cut has ended when it is not taken up again', async (t, world) => {
  const { boot, types, start } = await setUp(world, ['call.ended'])
  const { clock } = world
  const { announcer, announced } = boot()
  await start(announced)
  await announced.calls.complete('CA1', { end_time: new Date(clock.now()), end_reason: 'connection_lost' })
  await clock.advance(5_000)
  await announcer.look()
  t.same(await types(), [], 'not yet')
  await announced.calls.resume('CA1', 'hash', new Date(clock.now() + 60_000), 3)
  await clock.advance(90_000)
  await announcer.look()
  t.same(await types(), [])
  await announced.calls.complete('CA1', { end_time: new Date(clock.now()), end_reason: 'connection_lost' })
  await clock.advance(60_000)
  await announcer.look()
  t.same(await types(), ['call.ended'])
})

eachStores('messages and schedules are told of, and only what is wanted, to those who want it', async (t, world) => {
  const { boot, types, start } = await setUp(world, ['message.received', 'schedule.finished'])
  const { stores, clock, raw } = world
  const { announcer, announced } = boot()
  await start(announced)
  await announced.messages.receive('ann', { messageSid: 'SM1', fromNumber: '+14155550100', toNumber: '+14155550123', body: 'Hello' }, clock.now())
  await announced.messages.receive('bob', { messageSid: 'SM2', fromNumber: '+14155550100', toNumber: '+14155550123', body: 'Hello' }, clock.now())
  await announcer.watch('ann', 'message', 'SM3')
  await stores.scheduledCalls.create('ann', { callType: 'normal', fromPhoneNumberId: 'p', toPhoneNumbers: ['+14155550100'], scheduledDateTime: new Date(clock.now()) })
  const leased = await stores.scheduledCalls.claimDue(1_000)
  if (leased !== undefined) await announced.scheduledCalls.release(leased, { results: [], status: 'failed' }, 0)
  await announcer.look()
  t.same((await types()).sort(), ['message.received', 'schedule.finished'])
  t.equal((await raw('webhook_outbox')).length, 1, 'what has not happened yet is waited for')
  await clock.advance(11 * 60_000)
  await announcer.look()
  t.same(await raw('webhook_outbox'), [], 'but not for ever')
  t.equal((await types()).length, 2)
})
