import { test, type Test } from 'tap'
import { smsRoute } from '../../src/twilio/sms.ts'
import type { KeptMessage } from '../../src/store/messages.ts'
import { CALLER, NUMBER, OWNER, verbsOf, webhookServer } from '../support/webhooks.ts'

const setUp = async (t: Test) => {
  const server = await webhookServer(t, async (app, deps) => await app.register(smsRoute, deps))
  const { post, stores, metrics } = server
  return {
    ...server,
    receive: async (fields: Record<string, string> = {}, given = {}) => await post('/twilio/sms', { MessageSid: 'SM11', Body: 'Are you open?', ...fields }, given),
    stored: async () => (await stores.messages.list(OWNER)).items,
    counted: async () => (await metrics.texts.get()).values
  }
}

test('a message is stored once however often it comes, waits for others, and Twilio has nothing to do', async (t) => {
  const { receive, stored, counted, stores, clock } = await setUp(t)
  for (let n = 0; n < 3; n++) t.same(verbsOf(t, await receive()), [])
  t.match(await stored(), [{ messageSid: 'SM11', fromNumber: CALLER, toNumber: NUMBER, body: 'Are you open?', direction: 'incoming', status: 'received' }])
  t.match(await counted(), [{ labels: { outcome: 'received' }, value: 1 }])
  t.equal(await stores.messages.claimUnanswered(60_000), undefined, 'the next message may be on its way')
  await clock.advance(2_000)
  t.match(await stores.messages.claimUnanswered(60_000), { messageSid: 'SM11' })
})

test('what comes with a message is noted, ten files at most, however little is told of them', async (t) => {
  const { receive, stored } = await setUp(t)
  await receive({ MessageSid: 'MM11', Body: '', NumMedia: '2', MediaContentType0: 'image/jpeg', MediaUrl0: 'https://api.twilio.com/0' })
  t.match(await stored(), [{ body: '', media: [{ contentType: 'image/jpeg', url: 'https://api.twilio.com/0' }, { contentType: '', url: '' }] }])
  await receive({ MessageSid: 'MM22', NumMedia: '99', MediaUrl9: 'x'.repeat(3_000) })
  const media = (await stored()).find(({ messageSid }) => messageSid === 'MM22')?.media
  t.same([media?.length, media?.[9]?.url.length], [10, 2_000])
  await receive({ MessageSid: 'SM33', NumMedia: '0' })
  t.equal((await stored()).find(({ messageSid }) => messageSid === 'SM33')?.media, undefined)
})

test('STOP holds from the answer on, and a repetition does not undo a START', async (t) => {
  const { receive, stored, stores, clock } = await setUp(t)
  const stopped = async () => await stores.optOuts.has(OWNER, 'messages', CALLER, NUMBER)
  await receive({ Body: ' stop ' })
  t.ok(await stopped())
  t.match(await stored(), [{ unanswered: 'keyword' }])
  await receive({ MessageSid: 'SM22', Body: 'START' })
  await receive({ Body: ' stop ' })
  t.notOk(await stopped())
  await clock.advance(2_000)
  t.equal(await stores.messages.claimUnanswered(60_000), undefined, 'there is nothing to answer')
})

test('a database that is too slow is told while Twilio still listens, and it asks again', async (t) => {
  const { receive, stored, stores, clock } = await setUp(t)
  const { receive: store } = stores.messages
  let late: Promise<{ message: KeptMessage }> | undefined
  stores.messages.receive = async (...args) => {
    await new Promise<void>((resolve) => { clock.setTimeout(resolve, 60_000) })
    return await (late = store(...args))
  }
  const answer = receive()
  for (let n = 0; n < 100 && clock.pendingTimers < 2; n++) await clock.settle()
  await clock.advance(59_000)
  t.equal((await answer).statusCode, 503)
  t.same(await stored(), [])
  await clock.advance(1_000)
  await late
  stores.messages.receive = store
  t.equal((await receive()).statusCode, 200)
  t.equal((await stored()).length, 1)
})

test('only Twilio is listened to, and only for numbers that are here', async (t) => {
  const { receive, stored, post } = await setUp(t)
  t.equal((await receive({}, { signature: null })).statusCode, 403)
  t.equal((await receive({}, { authToken: 'another' })).statusCode, 403)
  t.equal((await receive({ To: '+14155550111' })).statusCode, 403)
  t.equal((await receive({ AccountSid: `AC${'1'.repeat(32)}` })).statusCode, 403)
  t.equal((await receive({ MessageSid: 'SM1"; drop' })).statusCode, 400)
  t.equal((await post('/twilio/sms', { Body: 'x' })).statusCode, 400)
  t.same(await stored(), [])
})
