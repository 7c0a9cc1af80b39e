import { randomBytes } from 'node:crypto'
import { test } from 'tap'
import { hashPassword } from '../../src/api/password.ts'
import { remoteCall } from '../../src/replay/remote-call.ts'
import { DEMO_NUMBER } from '../../src/replay/seed.ts'
import { build } from '../support/build.ts'

test('reads a call over the API, as a user', async (t) => {
  const gateway = await build(t)
  const { users, phones, agents, calls } = gateway.deps.stores
  const [phone, agent] = [await phones.findActiveByNumber(DEMO_NUMBER), await agents.findActiveIncoming(DEMO_NUMBER)]
  const password = randomBytes(9).toString('hex')
  await users.setPasswordHash(String(phone?.userId), await hashPassword(password))
  await calls.create({ userId: String(phone?.userId), call_sid: 'CA1', from_number: '+12025550111', to_number: DEMO_NUMBER, agent_id: String(agent?._id), session_id: 's', start_time: new Date(1000) })
  await calls.appendTurn('CA1', 0, { role: 'assistant', text: 'Hi.', timestamp: new Date(1500) })
  const read = await remoteCall(gateway.address, { email: 'owner@example.com', password }, 'CA1')
  t.same(await read(), { status: 'active', transcript: [{ role: 'assistant', text: 'Hi.', timestamp: new Date(1500) }] })
  const none = await remoteCall(gateway.address, { email: 'owner@example.com', password }, 'CA2')
  t.equal(await none(), undefined)
  await t.rejects(remoteCall(gateway.address, { email: 'owner@example.com', password: 'wrong' }, 'CA1'), { code: 'unauthorized', message: /does not let owner@example\.com sign in/ })
  const stranger = await remoteCall(gateway.address, { apiKey: 'wrong' }, 'CA1')
  await t.rejects(stranger(), { code: 'unauthorized' })
})
