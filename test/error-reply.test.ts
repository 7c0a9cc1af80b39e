import Fastify from 'fastify'
import { test } from 'tap'
import { answerErrors, answerFrameworkError } from '../src/error-reply.ts'
import { EarshotError } from '../src/errors.ts'

const build = () => {
  const app = Fastify({ frameworkErrors: answerFrameworkError, ajv: { customOptions: { removeAdditional: false } } })
  answerErrors(app)
  const body = { type: 'object', properties: { name: { type: 'string', minLength: 1 } }, required: ['name'], additionalProperties: false }
  app.post('/things', { schema: { body } }, async () => ({ success: true }))
  app.get('/things/:id', async () => ({ success: true }))
  app.get('/named', async () => { throw new EarshotError('duplicate', 'This number is registered already.', { field: 'phoneNumber' }) })
  app.get('/away', async () => { throw new EarshotError('store_unavailable') })
  app.get('/broken', async () => { throw new Error('password hunter2 is wrong') })
  return app
}

test('an error of the table has its status, code and message', async (t) => {
  const app = build()
  const named = await app.inject('/named')
  t.equal(named.statusCode, 409)
  t.same(named.json(), { success: false, error: { code: 'duplicate', message: 'This number is registered already.', field: 'phoneNumber' } })
  t.equal((await app.inject('/away')).statusCode, 503)
})

test('an unexpected error says nothing of itself', async (t) => {
  const answer = await build().inject('/broken')
  t.equal(answer.statusCode, 500)
  t.same(answer.json(), { success: false, error: { code: 'internal', message: 'Something went wrong here.' } })
})

test('input that is not valid is refused by the field\'s name', async (t) => {
  const app = build()
  const refused = async (payload: unknown) => {
    const answer = await app.inject({ method: 'POST', url: '/things', payload: payload as object })
    t.equal(answer.statusCode, 400)
    t.equal(answer.json().error.code, 'invalid')
    return answer.json().error
  }
  t.match(await refused({}), { message: /'name'/, field: 'name' })
  t.match(await refused({ name: '' }), { message: /^body\/name must/, field: 'name' })
  t.match(await refused({ name: 'a', $where: '1' }), { message: 'body/$where is not a field here', field: '$where' })
})

test('what Fastify itself refuses has the same form', async (t) => {
  const app = build()
  const post = async (payload: string, contentType: string) => await app.inject({ method: 'POST', url: '/things', payload, headers: { 'content-type': contentType } })
  const cases = [
    [await post('{', 'application/json'), 400, 'invalid'],
    [await post('a', 'text/html'), 400, 'invalid'],
    [await post(JSON.stringify({ name: 'a'.repeat(2_000_000) }), 'application/json'), 413, 'too_large'],
    [await app.inject('/nowhere'), 404, 'not_found'],
    [await app.inject('/things/%'), 400, 'invalid'],
    [await app.inject(`/things/${'a'.repeat(101)}`), 400, 'invalid']
  ] as const
  for (const [answer, status, code] of cases) {
    t.equal(answer.statusCode, status)
    t.match(answer.json(), { success: false, error: { code, message: String } })
  }
})
