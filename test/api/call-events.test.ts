import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type Test } from 'tap'
import type { CallActivity } from '../../src/call/state.ts'
import { callActivityRounds } from '../../src/twilio/call-activity.ts'
import { LiveCalls } from '../../src/twilio/live-calls.ts'
import { buildApi, type Api } from '../support/api.ts'
import { eachEngine } from '../support/engines.ts'

const addCall = async ({ stores, clock }: Api, userId: string, sid: string) =>
  (await stores.calls.create({ userId, call_sid: sid, from_number: '+14155550199', to_number: '+14155550123', agent_id: 'agent', session_id: 's', start_time: new Date(clock.now()) })).call

/** A browser that watches: events as they come, one after the other. */
const watcher = async (t: Test, { app, clock }: Api, path: string, name: string) => {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
  const request = get({ port: (app.server.address() as AddressInfo).port, path, headers: { authorization: `Bearer secret_of_${name}` } })
  t.teardown(() => request.destroy())
  const [response] = await once(request, 'response') as [IncomingMessage]
  let text = ''
  response.setEncoding('utf8')
  response.on('data', (piece: string) => { text += piece })
  const ended = new Promise<void>((resolve) => response.once('close', resolve))
  /** The names of the next so many events. Lets time pass until they are there. */
  const next = async (count: number): Promise<string[]> => {
    for (;;) {
      const events = [...text.matchAll(/^event: (\w+)$[^]*?\n\n/gm)]
      if (events.length >= count) {
        text = text.slice((events[count - 1]?.index ?? 0) + (events[count - 1]?.[0].length ?? 0))
        return events.slice(0, count).map(([whole, event]) => `${event}${/"(?:text|agent_words)":("[^"]*")/.exec(whole)?.[1] ?? ''}`)
      }
      // The network takes its time too, which the clock knows nothing of.
      await clock.advance(100)
    }
  }
  return { response, next, ended, seen: () => text }
}

const turn = (api: Api, text: string) => ({ role: 'user' as const, text, timestamp: new Date(api.clock.now()) })

test('a call can be watched from its first turn to its end', async (t) => {
  const api = await buildApi(t, {}, undefined, { holdTime: true })
  const ann = await api.user('ann')
  const call = await addCall(api, ann.userId, 'CA1')
  await api.stores.calls.appendTurn('CA1', 0, turn(api, 'Hello?'))
  const { response, next, ended } = await watcher(t, api, `/api/calls/${call._id}/events`, 'ann')
  t.match(response, { statusCode: 200, headers: { 'content-type': /^text\/event-stream/, 'cache-control': 'no-store' } })
  t.same(await next(2), ['call', 'turn"Hello?"'])
  await api.stores.calls.appendTurn('CA1', 1, turn(api, 'Goodbye.'))
  t.same(await next(1), ['turn"Goodbye."'])
  await api.stores.calls.complete('CA1', { end_time: new Date(api.clock.now()) })
  t.same(await next(1), ['end'])
  await api.clock.advance(1_000)
  await ended
})

test('all calls of a user can be watched, and nobody else\'s', async (t) => {
  const api = await buildApi(t, {}, undefined, { holdTime: true })
  const [ann, bob] = [await api.user('ann'), await api.user('bob')]
  await addCall(api, ann.userId, 'CA1')
  await api.stores.calls.appendTurn('CA1', 0, turn(api, 'Before.'))
  const { next, seen, ended } = await watcher(t, api, '/api/calls/events', 'ann')
  await addCall(api, bob.userId, 'CA9')
  await api.stores.calls.appendTurn('CA9', 0, turn(api, 'Secret.'))
  await api.stores.calls.appendTurn('CA1', 1, turn(api, 'After.'))
  t.same(await next(1), ['turn"After."'])
  await addCall(api, ann.userId, 'CA2')
  t.same(await next(1), ['call'])
  await api.stores.calls.complete('CA2', { end_time: new Date(api.clock.now()) })
  t.same(await next(1), ['end'])
  for (let n = 0; n < 16 && !seen().includes(': still here'); n++) await api.clock.advance(1_000)
  t.notMatch(seen(), 'Secret')
  // The server closes although somebody watches.
  await api.app.close()
  await ended
})

test('another user\'s call cannot be watched', async (t) => {
  const api = await buildApi(t, {}, undefined, { holdTime: true })
  const [ann, bob] = [await api.user('ann'), await api.user('bob')]
  const call = await addCall(api, ann.userId, 'CA1')
  t.match(await bob.send('GET', `/api/calls/${call._id}/events`), { status: 404, body: { error: { code: 'not_found' } } })
  t.equal((await api.app.inject({ url: `/api/calls/${call._id}/events` })).statusCode, 401)
  t.equal((await api.app.inject({ url: '/api/calls/events' })).statusCode, 401)
})

eachEngine('what goes on in a call of another process is told while it goes on', async (t, database) => {
  const api = await buildApi(t, {}, database, { holdTime: true })
  const ann = await api.user('ann')
  const call = await addCall(api, ann.userId, 'CA1')
  const liveCalls = new LiveCalls({ clock: api.clock, maxCalls: 9 })
  const live = { callSid: 'CA1', activity: { state: 'agent_speaking', caller_words: '', agent_words: 'We' } as CallActivity, command: () => false, close: async () => {} }
  liveCalls.add(live)
  const worker = callActivityRounds({ clock: api.clock, stores: api.stores, liveCalls, log: api.app.log })
  worker.start()
  t.teardown(() => worker.stop())
  const one = await watcher(t, api, `/api/calls/${call._id}/events`, 'ann')
  const all = await watcher(t, api, '/api/calls/events', 'ann')
  t.same(await one.next(2), ['call', 'activity"We"'])
  t.same(await all.next(1), ['activity"We"'])
  live.activity = { ...live.activity, agent_words: 'We open' }
  t.same(await one.next(1), ['activity"We open"'])
  await api.stores.calls.appendTurn('CA1', 0, turn(api, 'We open at nine.'))
  live.activity = { state: 'listening', caller_words: '', agent_words: '' }
  t.same(await one.next(2), ['turn"We open at nine."', 'activity""'])
  await api.stores.calls.complete('CA1', { end_time: new Date(api.clock.now()) })
  t.same(await one.next(1), ['end'])
  await api.app.close()
})
