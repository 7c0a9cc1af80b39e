import { test, type Test } from 'tap'
import { smsStatusRoute } from '../../src/twilio/sms-status.ts'
import { NUMBER, OWNER, webhookServer } from '../support/webhooks.ts'

const setUp = async (t: Test) => {
  const told: unknown[] = []
  const messenger = { delivered: async (...args: unknown[]) => { told.push(args) } }
  const { post } = await webhookServer(t, async (app, deps) => await app.register(smsStatusRoute, { ...deps, messenger }))
  return { told, tell: async (fields: Record<string, string> = {}, given = {}, path = '/twilio/sms-status?message=m1') => (await post(path, { From: NUMBER, MessageSid: 'SM11', MessageStatus: 'sent', ...fields }, given)).statusCode }
}

test('what Twilio tells of a message is handed on for the number\'s owner', async (t) => {
  const { tell, told } = await setUp(t)
  t.equal(await tell(), 204)
  t.equal(await tell({ ErrorCode: '' }), 204, 'as Twilio writes that there is none')
  t.equal(await tell({ MessageStatus: 'undelivered', ErrorCode: '30003' }, {}, '/twilio/sms-status'), 204)
  const sent = [OWNER, 'm1', { messageSid: 'SM11', status: 'sent' }]
  t.strictSame(told, [sent, sent, [OWNER, undefined, { messageSid: 'SM11', status: 'undelivered', errorCode: 30003 }]])
})

test('only Twilio may tell, and only what can be', async (t) => {
  const { tell, told } = await setUp(t)
  t.equal(await tell({}, { signature: null }), 403)
  t.equal(await tell({}, { authToken: 'another' }), 403)
  t.equal(await tell({ From: '+14155550111' }), 403)
  t.equal(await tell({ MessageSid: 'x' }), 400)
  t.equal(await tell({ ErrorCode: 'none' }), 400)
  t.equal(await tell({}, {}, `/twilio/sms-status?message=${'m'.repeat(65)}`), 400)
  t.same(told, [])
})
