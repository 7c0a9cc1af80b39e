import { test } from 'tap'
import { buildApi } from '../support/api.ts'

test('a key is shown once, works, shows its use, and is revoked', async (t) => {
  const { app, user } = await buildApi(t)
  const ann = await user('ann')
  const made = await ann.send('POST', '/api/api-keys', { name: 'deploy' })
  t.equal(made.status, 201)
  t.match(made.body, { success: true, apiKey: { _id: String, name: 'deploy', prefix: made.body.secret.slice(0, 12) }, secret: /^earshot_[\w-]{43}$/ })
  const use = async () => (await app.inject({ url: '/api/calls', headers: { authorization: `Bearer ${made.body.secret}` } })).statusCode
  t.equal(await use(), 200)
  const { body: { apiKeys } } = await ann.send('GET', '/api/api-keys')
  t.notMatch(JSON.stringify(apiKeys), made.body.secret)
  t.notMatch(JSON.stringify(apiKeys), 'keyHash')
  t.equal(apiKeys.find(({ name }: { name: string }) => name === 'deploy').lastUsedAt, '2026-01-01T00:00:00.000Z')
  t.same(await ann.send('DELETE', `/api/api-keys/${made.body.apiKey._id}`), { status: 200, body: { success: true } })
  t.equal(await use(), 401)
  t.equal((await ann.send('DELETE', `/api/api-keys/${made.body.apiKey._id}`)).status, 404)
})

test('a key may end by itself', async (t) => {
  const { app, user, clock } = await buildApi(t)
  const ann = await user('ann')
  const made = await ann.send('POST', '/api/api-keys', { name: 'short', expiresAt: new Date(clock.now() + 60_000).toISOString() })
  t.equal(made.body.apiKey.expiresAt, '2026-01-01T00:01:00.000Z')
  const use = async () => (await app.inject({ url: '/api/calls', headers: { authorization: `Bearer ${made.body.secret}` } })).statusCode
  t.equal(await use(), 200)
  await clock.advance(60_000)
  t.equal(await use(), 401)
  t.match(await ann.send('POST', '/api/api-keys', { name: 'past', expiresAt: '2025-12-31T23:59:59Z' }), { status: 400, body: { error: { field: 'expiresAt' } } })
  t.match(await ann.send('POST', '/api/api-keys', { name: 'none', expiresAt: 'tomorrow' }), { status: 400, body: { error: { field: 'expiresAt' } } })
})

test('another user\'s keys are not there', async (t) => {
  const { user } = await buildApi(t)
  const ann = await user('ann')
  const bob = await user('bob')
  const { body: { apiKey } } = await ann.send('POST', '/api/api-keys', { name: 'mine' })
  t.match(await bob.send('DELETE', `/api/api-keys/${apiKey._id}`), { status: 404, body: { success: false, error: { code: 'not_found' } } })
  t.same((await bob.send('GET', '/api/api-keys')).body.apiKeys.map(({ name }: { name: string }) => name), ['bob'])
})
