import { test, type Test } from 'tap'
import { runVirtually } from '../../src/replay/virtual-time.ts'
import type { Database } from '../../src/store/collection.ts'
import { openEmbedded } from '../../src/store/embedded.ts'
import { openMongodb } from '../../src/store/mongodb.ts'
import { buildApi, PHONE, type Api } from '../support/api.ts'
import { freshMongodbUrl, MONGODB_URL } from '../support/engines.ts'

/** A database that can be opened again, as after a restart. */
const eachDatabase = (name: string, body: (t: Test, open: () => Promise<Database>) => Promise<void>): void => {
  test(`${name} (embedded)`, async (t) => {
    const folder = t.testdir()
    await body(t, () => openEmbedded(folder))
  })
  test(`${name} (mongodb)`, { skip: MONGODB_URL === undefined && 'MONGODB_URL is not set' }, async (t) => {
    const url = freshMongodbUrl(String(MONGODB_URL))
    await body(t, () => openMongodb(url))
  })
}

const URL = '/api/scheduled-calls'

const schedule = async (api: Api, name: string, phoneNumber: string) => {
  const { body: { phone } } = await (await api.user(name)).send('POST', '/api/phones', { ...PHONE, phoneNumber })
  return { callType: 'normal', fromPhoneNumberId: String(phone._id), toPhoneNumbers: ['+14155550100'], scheduledDateTime: '2026-02-01T09:00:00Z' }
}

const post = async ({ app, clock }: Api, key: string, body: object, name = 'ann') => {
  const answer = await runVirtually(clock, app.inject({ method: 'POST', url: URL, headers: { authorization: `Bearer secret_of_${name}`, 'idempotency-key': key }, body }), 60_000)
  return { status: answer.statusCode, text: answer.body, replayed: answer.headers['idempotent-replayed'] }
}

const count = async ({ app }: Api): Promise<number> =>
  (await app.inject({ url: URL, headers: { authorization: 'Bearer secret_of_ann' } })).json().scheduledCalls.length

eachDatabase('the same key does the work once and gives the same answer, at once and after a restart', async (t, open) => {
  const api = await buildApi(t, {}, await open(), { holdTime: true })
  const body = await schedule(api, 'ann', PHONE.phoneNumber)
  const answers = await Promise.all(Array.from({ length: 4 }, () => post(api, 'one', body)))
  t.equal(answers.filter(({ replayed }) => replayed === undefined).length, 1)
  const [first] = answers
  for (const { status, text } of answers) t.same({ status, text }, { status: 201, text: first?.text })
  t.same(await post(api, 'one', Object.fromEntries(Object.entries(body).reverse())), { status: 201, text: first?.text, replayed: 'true' }, 'whatever the order of the fields')
  t.match(await post(api, 'one', { ...body, toPhoneNumbers: ['+14155550101'] }), { status: 409, text: /"field":"Idempotency-Key"/ })
  t.equal(await count(api), 1)

  const bobs = await schedule(api, 'bob', '+14155550124')
  t.match(await post(api, 'one', bobs, 'bob'), { status: 201, replayed: undefined }, 'a key is its user\'s')

  const refused = await post(api, 'two', { ...body, fromPhoneNumberId: 'x' })
  t.equal(refused.status, 400)
  t.same(await post(api, 'two', { ...body, fromPhoneNumberId: 'x' }), { ...refused, replayed: 'true' }, 'a refusal is an answer too')
  t.match(await post(api, 'x'.repeat(256), body), { status: 400 })

  await api.app.close()
  await api.stores.close()
  const restarted = await buildApi(t, {}, await open(), { holdTime: true })
  t.same(await post(restarted, 'one', body), { status: 201, text: first?.text, replayed: 'true' })
  t.equal(await count(restarted), 1)
  await restarted.clock.advance(24 * 3_600_000)
  t.match(await post(restarted, 'one', body), { status: 201, replayed: undefined }, 'a day later the key is new')
  t.equal(await count(restarted), 2)
})

eachDatabase('a request that died in the middle is gone on with, and has done its work once', async (t, open) => {
  const api = await buildApi(t, {}, await open(), { holdTime: true })
  const body = await schedule(api, 'ann', PHONE.phoneNumber)
  // The work is done, and the process dies before the answer is kept.
  const died = new Promise<void>((resolve) => {
    api.stores.idempotencyKeys.answer = () => {
      resolve()
      return new Promise(() => {})
    }
  })
  post(api, 'one', body).catch(() => {})
  await died
  t.equal(await count(api), 1)
  await api.stores.close()

  const restarted = await buildApi(t, {}, await open(), { holdTime: true })
  t.match(await post(restarted, 'one', body), { status: 409, text: /still being worked on/ }, 'it may be alive, for all that is known')
  await restarted.clock.advance(60_000)
  t.match(await post(restarted, 'one', body), { status: 201, replayed: undefined })
  t.match(await post(restarted, 'one', body), { status: 201, replayed: 'true' })
  t.equal(await count(restarted), 1)
})

test('what failed for the moment is not an answer', async (t) => {
  const api = await buildApi(t, {}, undefined, { holdTime: true })
  const body = await schedule(api, 'ann', PHONE.phoneNumber)
  const { create } = api.stores.scheduledCalls
  api.stores.scheduledCalls.create = async () => { throw new Error('The disk is on fire.') }
  const broken = await post(api, 'one', body)
  t.equal(broken.status, 500)
  api.stores.scheduledCalls.create = create
  t.match(await post(api, 'one', body), { status: 201, replayed: undefined })
})
