import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { removeCallFiles } from '../archive/call-files.ts'
import { EarshotError } from '../errors.ts'
import { E164 } from '../store/record.ts'
import type { UserData } from '../store/user-data.ts'
import { identityOf } from './authentication.ts'
import { strictBody } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { replies } from './replies.ts'

const tags = ['Data']
const { 200: _, ...errors } = replies(200, {})
const NDJSON = 'application/x-ndjson'
const count = Type.Integer({ minimum: 0 })

/** What a user has, as one file; and what a caller may ask to be forgotten. */
export const userDataRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { stores: { userData, calls, phones }, config } }) => {
  app.get('/export', {
    schema: {
      tags,
      summary: 'Export all data',
      description: 'A line of JSON for each of your documents, `{ "collection", "document" }`, removed ones included, in no order. Secrets are left out; tapes and recordings are downloaded by call.',
      produces: [NDJSON],
      response: { 200: { description: 'The documents', content: { [NDJSON]: { schema: Type.Unsafe<Readable>({ type: 'string' }) } } }, ...errors }
    }
  }, async (request, reply) => {
    const lines = Readable.from(linesOf(userData, identityOf(request).userId), { objectMode: false })
    return await reply.headers({ 'content-type': NDJSON, 'content-disposition': 'attachment; filename="earshot.ndjson"', 'cache-control': 'no-store' }).send(lines)
  })

  app.post('/erase', {
    schema: {
      tags,
      summary: 'Erase a caller\'s number',
      description: 'In its place comes a marker. What was said in its calls and written in its messages goes, with tapes and recordings, deliveries of webhooks and waiting texts; schedules do not call it any more. ' +
        'The calls stay in the analytics, and the number on the do-not-call and do-not-text lists. In E.164 form, as everywhere: a number without its country code may be somebody else\'s. Safe to repeat. 409: a call with it is live, or it is one of your phones.',
      body: strictBody({ phoneNumber: E164 }),
      response: replies(200, { erased: Type.Object({ calls: count, messages: count, threads: count, dials: count, scheduledCalls: count, webhookDeliveries: count }, { description: 'How many documents held it' }) })
    }
  }, async (request) => {
    const { userId } = identityOf(request)
    const { phoneNumber } = request.body
    if ((await phones.list(userId, { filter: { phoneNumber }, limit: 1 })).items.length > 0) throw new EarshotError('conflict', 'phoneNumber is one of your phones: remove it there first.', { field: 'phoneNumber' })
    const { items: live } = await calls.list(userId, { filter: { status: 'active', $or: [{ from_number: phoneNumber }, { to_number: phoneNumber }] }, limit: 1 })
    if (live.length > 0) throw new EarshotError('conflict', 'A call with phoneNumber is live: end it first.', { field: 'phoneNumber' })
    return { success: true as const, erased: await userData.eraseNumber(userId, phoneNumber, async (call) => { await removeCallFiles(config.DATA_DIR, call) }) }
  })
}

/** Several documents a piece: a small line in each would cost more than it carries. */
const PIECE_CHARACTERS = 16_384

/** Taken as fast as the client reads: a stream asks for a piece when the one before is gone. */
async function * linesOf (userData: UserData, userId: string): AsyncGenerator<string> {
  let piece = ''
  for await (const document of userData.documents(userId)) {
    piece += `${JSON.stringify(document)}\n`
    if (piece.length < PIECE_CHARACTERS) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}
