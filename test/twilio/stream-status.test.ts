import { test, type Test } from 'tap'
import { streamStatusRoute } from '../../src/twilio/stream-status.ts'
import { CALLER, NUMBER, OWNER, sidOf, webhookServer } from '../support/webhooks.ts'

const CallSid = sidOf('one')
const StreamSid = 'MZ1'

const setUp = async (t: Test) => {
  const server = await webhookServer(t, async (app, deps) => await app.register(streamStatusRoute, deps))
  const { stores, clock, post, liveCalls } = server
  await stores.calls.create({ userId: OWNER, call_sid: CallSid, from_number: CALLER, to_number: NUMBER, agent_id: '', session_id: 's', start_time: new Date(clock.now()) })
  const closed: string[] = []
  liveCalls.add({ callSid: CallSid, streamSid: StreamSid, command: () => false, close: async (reason) => { closed.push(reason) } })
  return {
    ...server,
    closed,
    tell: async (StreamEvent: string, fields: Record<string, string> = {}, given = {}) => (await post('/twilio/stream-status', { CallSid, StreamSid, StreamEvent, ...fields }, given)).statusCode
  }
}

test('why a stream could not be carried stands on the call', async (t) => {
  const { tell, stores, metrics } = await setUp(t)
  t.equal(await tell('stream-started'), 204)
  for (let n = 0; n < 2; n++) t.equal(await tell('stream-error', { StreamError: 'connection timed out' }), 204)
  t.match(await stores.calls.findBySid(CallSid), { status: 'active', stream_error: 'connection timed out' })
  t.match((await metrics.streamErrors.get()).values, [{ labels: { kind: 'carrier' }, value: 2 }])
})

test('a stream that has ended without a word over its socket is given up, another stream of the call is not', async (t) => {
  const { tell, clock, closed } = await setUp(t)
  t.equal(await tell('stream-stopped', { StreamSid: 'MZ0' }), 204)
  await clock.advance(5_000)
  t.same(closed, [])
  t.equal(await tell('stream-stopped'), 204)
  await clock.advance(4_000)
  t.same(closed, [], 'its stop may be on the way')
  await clock.advance(1_000)
  t.same(closed, ['connection_lost'])
})

test('only Twilio may tell, and only of calls that there are', async (t) => {
  const { tell, post } = await setUp(t)
  t.equal(await tell('stream-error', {}, { signature: null }), 403)
  t.equal(await tell('stream-error', {}, { authToken: 'another' }), 403)
  t.equal((await post('/twilio/stream-status', { CallSid: sidOf('two'), StreamSid, StreamEvent: 'stream-error' })).statusCode, 403)
})
