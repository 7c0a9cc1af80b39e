import { test } from 'tap'
import { hashPassword } from '../../src/api/password.ts'
import { AGENT, buildApi, PHONE, type Answer } from '../support/api.ts'
import { eachEngine } from '../support/engines.ts'

const withoutTimes = ({ body }: Answer) => body.auditLog.map(({ action, resource, resourceId, fields, actor, outcome }: Record<string, unknown>) => ({ action, resource, resourceId, fields, actor, outcome }))

eachEngine('every change is noted with its maker, and no value of it', async (t, database) => {
  const api = await buildApi(t, {}, database)
  const ann = await api.user('ann')
  const change = async (method: 'POST' | 'PATCH' | 'DELETE', url: string, body?: object) => {
    await api.clock.advance(1000)
    return await ann.send(method, url, body)
  }
  const { body: { phone } } = await change('POST', '/api/phones', PHONE)
  const { body: { agent } } = await change('POST', '/api/agents', { ...AGENT, tools: [{ type: 'end_call' }] })
  await change('PATCH', `/api/phones/${phone._id}`, { twilioAuthToken: 'another secret' })
  await change('PATCH', '/api/calling-rules', { maxConcurrentCalls: 3 })
  await change('DELETE', `/api/agents/${agent._id}`)
  const { items: [key] } = await api.stores.apiKeys.list(ann.userId)
  const actor = { type: 'api_key', id: key?._id, name: 'ann' }
  const done = { actor, outcome: 'done' }
  const { body } = await ann.send('GET', '/api/audit-log')
  t.strictSame(withoutTimes({ status: 200, body }), [
    { action: 'remove', resource: 'agents', resourceId: agent._id, fields: [], ...done },
    { action: 'change', resource: 'calling-rules', resourceId: undefined, fields: ['maxConcurrentCalls'], ...done },
    { action: 'change', resource: 'phones', resourceId: phone._id, fields: ['twilioAuthToken'], ...done },
    { action: 'create', resource: 'agents', resourceId: agent._id, fields: ['name', 'phoneNumber', 'systemPrompt', 'tools'], ...done },
    { action: 'create', resource: 'phones', resourceId: phone._id, fields: ['phoneNumber', 'twilioAccountSid', 'twilioAuthToken'], ...done }
  ])
  t.match(body.auditLog[0], { at: new Date(api.clock.now()).toISOString(), requestId: /^req-/, address: '127.0.0.1', userId: ann.userId })
  t.notMatch(JSON.stringify(body), /secret|auth token|\+1415/)
  t.equal((await (await api.user('bob')).send('GET', '/api/audit-log')).body.auditLog.length, 0)
})

eachEngine('what was refused left nothing to note; what broke half-way is there', async (t, database) => {
  const api = await buildApi(t, {}, database)
  const ann = await api.user('ann')
  t.equal((await ann.send('POST', '/api/phones', { ...PHONE, phoneNumber: 'none' })).status, 400)
  t.equal((await ann.send('DELETE', `/api/phones/${'0'.repeat(24)}`)).status, 404)
  await ann.send('GET', '/api/phones')
  t.same((await ann.send('GET', '/api/audit-log')).body.auditLog, [])
  api.stores.prompts.create = async () => { throw new Error('the process died here') }
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  t.equal((await ann.send('POST', '/api/prompts', { name: 'n', content: 'c', phoneNumberId: phone._id })).status, 500)
  t.match(withoutTimes(await ann.send('GET', '/api/audit-log?resource=prompts')), [{ action: 'create', outcome: 'unknown', fields: ['name', 'content', 'phoneNumberId'] }])
})

test('no change is made without an entry, and an entry that cannot be finished does not deny the change', async (t) => {
  const { stores, user } = await buildApi(t)
  const ann = await user('ann')
  const { add, confirm } = stores.auditLog
  stores.auditLog.add = async () => { throw new Error('no entry') }
  t.equal((await ann.send('POST', '/api/phones', PHONE)).status, 500)
  t.same((await ann.send('GET', '/api/phones')).body.phones, [])
  stores.auditLog.add = add
  stores.auditLog.confirm = async () => { throw new Error('the database went away') }
  t.equal((await ann.send('POST', '/api/phones', PHONE)).status, 201)
  stores.auditLog.confirm = confirm
  t.match(withoutTimes(await ann.send('GET', '/api/audit-log')), [{ action: 'create', resource: 'phones', outcome: 'unknown' }])
})

test('who signs in and changes a password is noted', async (t) => {
  const { app } = await buildApi(t)
  const me = { email: 'ann@example.com', password: 'correct horse' }
  await app.inject({ method: 'POST', url: '/api/auth/register', body: me })
  await app.inject({ method: 'POST', url: '/api/auth/login', body: { ...me, password: 'wrong' } })
  const { cookies: [cookie] } = await app.inject({ method: 'POST', url: '/api/auth/login', body: me })
  const cookies = { [cookie?.name ?? '']: cookie?.value ?? '' }
  await app.inject({ method: 'POST', url: '/api/auth/password', cookies, body: { currentPassword: me.password, newPassword: 'battery staple' } })
  const answer = await app.inject({ url: '/api/audit-log', cookies })
  const done = withoutTimes({ status: 200, body: answer.json() }).filter(({ outcome }: { outcome: string }) => outcome === 'done')
  t.match(done.map(({ action }: { action: string }) => action).sort(), ['login', 'password', 'register'])
  t.notMatch(answer.body, /horse|staple|ann@/)
})

eachEngine('who could not sign in is noted, an entry an hour, and an address without an account leaves nothing', async (t, database) => {
  const { app, stores, clock } = await buildApi(t, {}, database)
  const { _id: userId } = await stores.users.create({ email: 'ann@example.com', passwordHash: await hashPassword('correct horse', { N: 2, r: 8, p: 1 }) })
  const entries = async () => (await stores.auditLog.list(userId, { sort: { field: 'at', direction: 1 } })).items
  /** The entry follows the answer. */
  const noted = async (what: (all: Awaited<ReturnType<typeof entries>>) => boolean) => {
    for (;;) {
      const all = await entries()
      if (what(all)) return all
      await new Promise((resolve) => { setTimeout(resolve, 5) })
    }
  }
  const attempt = async (email: string, remoteAddress: string) => (await app.inject({ method: 'POST', url: '/api/auth/login', body: { email, password: 'guess' }, remoteAddress })).statusCode
  for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) t.equal(await attempt('Ann@example.com', address), 401)
  t.equal(await attempt('nobody@example.com', '10.0.0.4'), 401)
  const [first, ...others] = await noted(([entry]) => entry?.count === 3)
  t.match(first, { action: 'login', resource: 'auth', actor: { type: 'unknown' }, outcome: 'refused', count: 3, address: /^10/, fields: [] })
  t.same(others, [])
  await clock.advance(3_600_000)
  await attempt('ann@example.com', '10.0.0.5')
  t.match(await noted(({ length }) => length === 2), [{ count: 3 }, { count: 1, address: '10.0.0.5' }])
  t.notMatch(JSON.stringify(await entries()), /guess|example/)
})

test('filters and pages', async (t) => {
  const { user, clock } = await buildApi(t)
  const ann = await user('ann')
  for (let n = 0; n < 5; n++) {
    await ann.send('POST', '/api/phones', { ...PHONE, phoneNumber: `+1415555012${n}` })
    await clock.advance(60_000)
  }
  await ann.send('PATCH', '/api/calling-rules', { maxConcurrentCalls: 3 })
  const count = async (query: string) => (await ann.send('GET', `/api/audit-log?${query}`)).body.auditLog.length
  t.equal(await count('resource=phones'), 5)
  t.equal(await count('action=change'), 1)
  t.equal(await count('after=2026-01-01T00:01:00Z&before=2026-01-01T00:03:00Z'), 2)
  const { body: { auditLog, nextCursor } } = await ann.send('GET', '/api/audit-log?limit=4')
  t.equal(auditLog.length, 4)
  t.equal(await count(`limit=4&cursor=${nextCursor}`), 2)
  t.equal((await ann.send('GET', '/api/audit-log?userId=x')).status, 400)
})
