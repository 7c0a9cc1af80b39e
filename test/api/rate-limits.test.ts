import rateLimit from '@fastify/rate-limit'
import Fastify from 'fastify'
import { test } from 'tap'
import { isLimited, limitAddresses, limitAttempts } from '../../src/api/rate-limits.ts'
import { answerErrors } from '../../src/error-reply.ts'

test('who asks too often is told for how long to wait; others, by address or account, are not held up', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  answerErrors(app)
  await app.register(rateLimit, { global: false })
  const attempts = limitAttempts(app, ({ headers }) => String(headers['x-account']))
  const addresses = limitAddresses(app)
  app.get('/login', { preHandler: attempts }, async () => 'in')
  app.get('/widget', { onRequest: addresses }, async () => 'widget')
  app.get('/sound', { onRequest: addresses }, async () => 'sound')
  const ask = async (url: string, remoteAddress: string, account = remoteAddress) => await app.inject({ url, remoteAddress, headers: { 'x-account': account } })

  for (let n = 0; n < 10; n++) t.equal((await ask('/login', `10.0.0.${n}`, 'ann')).statusCode, 200)
  const refused = await ask('/login', '10.0.0.99', 'ann')
  t.match(refused.json(), { success: false, error: { code: 'rate_limited' } })
  t.equal(refused.statusCode, 429)
  t.ok(Number(refused.headers['retry-after']) > 0 && Number(refused.headers['retry-after']) <= 300, 'seconds')
  t.equal((await ask('/login', '10.0.0.99', 'bob')).statusCode, 200)

  // The routes that have one hook share its limit.
  for (let n = 0; n < 60; n++) await ask(n % 2 === 0 ? '/widget' : '/sound', '10.0.1.1')
  t.same([(await ask('/widget', '10.0.1.1')).statusCode, (await ask('/sound', '10.0.1.1')).statusCode, (await ask('/widget', '10.0.1.2')).statusCode], [429, 429, 200])

  t.same([isLimited({ preHandler: attempts }), isLimited({ onRequest: [addresses] }), isLimited({ onRequest: [] }), isLimited({})], [true, true, false, false])
})
