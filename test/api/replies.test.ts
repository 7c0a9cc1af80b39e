import Fastify from 'fastify'
import { test } from 'tap'
import { Type } from 'typebox'
import { replies, serializeReplies } from '../../src/api/replies.ts'
import { answerErrors } from '../../src/error-reply.ts'
import { EarshotError } from '../../src/errors.ts'

test('only what a route says that it answers goes out, whatever the code hands over', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  answerErrors(app)
  serializeReplies(app)
  const phone = Type.Object({ number: Type.String(), at: Type.Optional(Type.Unsafe<Date>({ type: 'string', format: 'date-time' })) })
  app.get('/', { schema: { response: replies(200, { phone, phones: Type.Array(phone) }) } }, async () => {
    const kept = { number: '+1', at: new Date(0), twilioAuthToken: 'secret', _own: { secret: true } }
    return { success: true, phone: kept, phones: [kept], secret: true }
  })
  app.get('/failing', { schema: { response: replies(200, { phone }) } }, async () => { throw new EarshotError('invalid', 'number is wrong.', { field: 'number', cause: new Error('secret') }) })
  const shown = { number: '+1', at: '1970-01-01T00:00:00.000Z' }
  t.strictSame((await app.inject('/')).json(), { success: true, phone: shown, phones: [shown] })
  const failed = await app.inject('/failing')
  t.equal(failed.statusCode, 400)
  t.strictSame(failed.json(), { success: false, error: { code: 'invalid', message: 'number is wrong.', field: 'number' } })
})
