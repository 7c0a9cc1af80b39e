import { test } from 'tap'
import { hashPassword } from '../../src/api/password.ts'
import { buildApi, type Api } from '../support/api.ts'

const ann = { email: 'Ann@Example.com', password: 'correct horse' }

type Headers = Record<string, string>

const post = async ({ app }: Api, url: string, body?: object, headers: Headers = {}) => {
  const answer = await app.inject({ method: 'POST', url: `/api/auth/${url}`, headers, ...(body === undefined ? {} : { body }) })
  const [cookie] = answer.cookies
  return { status: answer.statusCode, body: answer.json(), cookie, session: { cookie: `earshot_session=${cookie?.value}` }, headers: answer.headers }
}

/** A user who is there already, with a password whose hash costs next to nothing. */
const enrol = async ({ stores }: Api, { email, password }: typeof ann = ann) => {
  await stores.users.create({ email, passwordHash: await hashPassword(password, { N: 2, r: 8, p: 1 }) })
}

const me = async ({ app }: Api, headers: Headers) => (await app.inject({ url: '/api/auth/me', headers })).statusCode

test('register, be signed in, sign out, sign in again', async (t) => {
  const api = await buildApi(t)
  const registered = await post(api, 'register', ann)
  t.equal(registered.status, 201)
  t.match(registered.body, { success: true, user: { _id: /^[0-9a-f]{24}$/, email: 'ann@example.com', created_at: '2026-01-01T00:00:00.000Z' } })
  t.same(Object.keys(registered.body.user).sort(), ['_id', 'created_at', 'email', 'updated_at'])
  t.match(registered.cookie, { httpOnly: true, sameSite: 'Lax', path: '/', maxAge: 14 * 86_400 })
  t.notOk(registered.cookie?.secure)
  t.equal(await me(api, registered.session), 200)
  t.equal(await me(api, {}), 401)
  t.equal(await me(api, { cookie: 'earshot_session=forged' }), 401)
  t.equal((await post(api, 'logout', undefined, registered.session)).status, 200)
  t.equal(await me(api, registered.session), 401, 'a copy of the cookie is worth nothing after signing out')
  const again = await post(api, 'login', { email: 'ann@example.com', password: ann.password })
  t.equal(again.status, 200)
  t.equal(await me(api, again.session), 200)
  await api.clock.advance(14 * 86_400_000)
  t.equal(await me(api, again.session), 401, 'expired')
})

test('a wrong password and an unknown address look the same', async (t) => {
  const api = await buildApi(t)
  await enrol(api)
  const wrong = await post(api, 'login', { ...ann, password: 'incorrect' })
  const unknown = await post(api, 'login', { email: 'bob@example.com', password: 'incorrect' })
  t.equal(wrong.status, 401)
  t.same(wrong.body, unknown.body)
  t.equal(wrong.cookie, undefined)
})

test('bad input is refused by field', async (t) => {
  const api = await buildApi(t)
  await enrol(api)
  const cases: Array<[object, number, string]> = [
    [ann, 409, 'email'],
    [{ ...ann, email: 'not an address' }, 400, 'email'],
    [{ ...ann, password: 'short' }, 400, 'password'],
    [{ ...ann, password: 12345678 }, 400, 'password'],
    [{ email: 'x@example.com' }, 400, 'password'],
    [{ ...ann, isAdmin: true }, 400, 'isAdmin'],
    [{ ...ann, email: { $ne: '' } }, 400, 'email']
  ]
  for (const [body, status, field] of cases) {
    const answer = await post(api, 'register', body)
    t.equal(answer.status, status, JSON.stringify(body))
    t.match(answer.body, { success: false, error: { code: status === 409 ? 'duplicate' : 'invalid', field, message: String } })
  }
  t.match((await post(api, 'login', { email: 'ann@example.com', password: { $gt: '' } })), { status: 400, body: { error: { field: 'password' } } })
})

test('registration can be closed; the first user always may, and only one is the first', async (t) => {
  const api = await buildApi(t, { REGISTRATION: 'closed' })
  const answers = await Promise.all(['a', 'b'].map((name) => post(api, 'register', { ...ann, email: `${name}@example.com` })))
  t.same(answers.map(({ status }) => status).sort(), [201, 403])
  t.match(await post(api, 'register', { ...ann, email: 'c@example.com' }), { status: 403, body: { error: { code: 'forbidden' } } })
})

test('a new password signs out the other browsers', async (t) => {
  const api = await buildApi(t)
  await enrol(api)
  const here = await post(api, 'login', ann)
  const there = await post(api, 'login', ann)
  t.match(await post(api, 'password', { currentPassword: 'wrong', newPassword: 'battery staple' }, here.session), { status: 403, body: { error: { field: 'currentPassword' } } })
  t.equal((await post(api, 'password', { currentPassword: ann.password, newPassword: 'battery staple' }, here.session)).status, 200)
  t.equal(await me(api, here.session), 200)
  t.equal(await me(api, there.session), 401)
  t.equal((await post(api, 'login', { ...ann, password: 'battery staple' })).status, 200)
  t.equal((await post(api, 'password', { currentPassword: 'x', newPassword: 'battery staple' })).status, 401)
})

test('attempts at one account are bounded, whoever makes them', async (t) => {
  const api = await buildApi(t)
  await enrol(api)
  const attempt = (remoteAddress: string) => api.app.inject({ method: 'POST', url: '/api/auth/login', body: { ...ann, password: 'guess' }, remoteAddress })
  const statuses: number[] = []
  for (let n = 0; n < 12; n++) statuses.push((await attempt(`10.0.0.${n}`)).statusCode)
  t.same(statuses, [...Array.from({ length: 10 }, () => 401), 429, 429])
  const refused = await attempt('10.0.0.99')
  t.match(refused.json(), { success: false, error: { code: 'rate_limited' } })
  t.ok(Number(refused.headers['retry-after']) > 0)
})

test('attempts from one address are bounded, whichever accounts they try', async (t) => {
  const api = await buildApi(t)
  for (let n = 0; n < 62; n++) await enrol(api, { email: `user${n}@example.com`, password: ann.password })
  const statuses: number[] = []
  for (let n = 0; n < 62; n++) statuses.push((await post(api, 'login', { email: `user${n}@example.com`, password: 'guess' })).status)
  t.same(statuses, [...Array.from({ length: 60 }, () => 401), 429, 429])
})

test('accounts cannot be opened, nor asked for, without bound: by address and by account', async (t) => {
  const api = await buildApi(t, { REGISTRATION: 'closed' })
  await enrol(api)
  const register = async (email: string, remoteAddress: string) => (await api.app.inject({ method: 'POST', url: '/api/auth/register', body: { ...ann, email }, remoteAddress })).statusCode
  const times = async (count: number, attempt: (n: number) => Promise<number>) => {
    const statuses: number[] = []
    for (let n = 0; n < count; n++) statuses.push(await attempt(n))
    return statuses
  }
  t.same(await times(11, (n) => register(n % 2 === 0 ? 'bob@example.com' : 'BOB@example.com', `10.0.1.${n}`)), [...Array.from({ length: 10 }, () => 403), 429])
  t.same(await times(61, (n) => register(`user${n}@example.com`, '10.0.2.1')), [...Array.from({ length: 60 }, () => 403), 429])
  t.equal(await register('carol@example.com', '10.0.2.2'), 403, 'others are not held up')
})
