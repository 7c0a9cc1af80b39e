import { test } from 'tap'
import { buildApi } from '../support/api.ts'

const ann = { email: 'ann@example.com', password: 'correct horse' }

test('what changes something must come from our own pages', async (t) => {
  const { app } = await buildApi(t, { PUBLIC_URL: 'https://earshot.example' })
  const registered = await app.inject({ method: 'POST', url: '/api/auth/register', body: ann })
  const cookie = `earshot_session=${registered.cookies[0]?.value}`
  t.ok(registered.cookies[0]?.secure, 'behind https the cookie is Secure')
  const makeKey = async (headers: Record<string, string>) => (await app.inject({ method: 'POST', url: '/api/api-keys', headers: { cookie, ...headers }, body: { name: 'k' } })).statusCode
  t.equal(await makeKey({}), 201, 'a program with a cookie jar')
  t.equal(await makeKey({ origin: 'https://earshot.example' }), 201)
  t.equal(await makeKey({ origin: 'https://evil.example' }), 403)
  t.equal(await makeKey({ origin: 'null' }), 403)
  t.equal(await makeKey({ origin: 'https://earshot.example.evil.example' }), 403)
  t.equal(await makeKey({ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:5173' }), 201)
  for (const site of ['cross-site', 'same-site', 'nonsense']) t.equal(await makeKey({ 'sec-fetch-site': site, origin: 'https://earshot.example' }), 403, site)
  t.equal((await app.inject({ url: '/api/api-keys', headers: { cookie, 'sec-fetch-site': 'cross-site' } })).statusCode, 200, 'reading is harmless: the page cannot see it')
  t.equal((await app.inject({ method: 'POST', url: '/api/auth/login', headers: { 'sec-fetch-site': 'cross-site' }, body: ann })).statusCode, 403, 'nor is anyone signed in to another\'s account')
})

test('forms and texts are refused, which other sites could send', async (t) => {
  const { app } = await buildApi(t)
  for (const [type, payload] of [['application/x-www-form-urlencoded', 'email=a%40b.example&password=correct+horse'], ['text/plain', JSON.stringify(ann)], ['multipart/form-data; boundary=x', '--x--']]) {
    const answer = await app.inject({ method: 'POST', url: '/api/auth/register', headers: { 'content-type': String(type) }, payload: String(payload) })
    t.match(answer.json(), { success: false, error: { code: 'invalid' } }, String(type))
  }
})

test('a Bearer key, or nothing: a bad one is not helped by a good cookie', async (t) => {
  const { app, stores } = await buildApi(t)
  const registered = await app.inject({ method: 'POST', url: '/api/auth/register', body: ann })
  const cookie = `earshot_session=${registered.cookies[0]?.value}`
  const userId = String(registered.json().user._id)
  await stores.apiKeys.create(userId, { name: 'k', secret: 'good' })
  const status = async (headers: Record<string, string>) => (await app.inject({ url: '/api/auth/me', headers })).statusCode
  t.equal(await status({ authorization: 'Bearer good' }), 200)
  t.equal(await status({ authorization: 'bearer  good' }), 200)
  for (const authorization of ['Bearer bad', 'Bearer', 'Bearer good extra', 'Basic good', 'good', '']) t.equal(await status({ authorization, cookie }), 401, authorization)
})
