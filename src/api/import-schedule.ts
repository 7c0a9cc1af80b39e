import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import { Id } from '../store/record.ts'
import { MAX_NUMBERS, ScheduledCallSchema } from '../store/scheduled-calls.ts'
import { identityOf } from './authentication.ts'
import type { ApiOptions } from './deps.ts'
import { documentIdOf, idempotencyHeaders, idempotent } from './idempotency.ts'
import { createSchedule, PromptId, ScheduledDateTime } from './new-schedule.ts'
import { readNumberList } from './number-list.ts'
import { replies } from './replies.ts'
import { ScheduledCall } from './scheduled-calls.ts'

const { callType, detectMachines } = ScheduledCallSchema.properties

/** A thousand rows with a name and an address each. */
const MAX_BYTES = 512 * 1024

const Query = Type.Object({
  callType,
  fromPhoneNumberId: Id,
  scheduledDateTime: ScheduledDateTime,
  promptId: Type.Optional(PromptId),
  detectMachines,
  dryRun: Type.Optional(Type.Boolean({ description: 'true: only the report, nothing is stored' }))
}, { additionalProperties: false })

const Row = Type.Object({
  row: Type.Integer({ description: 'As spreadsheets count: the header is row 1' }),
  given: Type.String(),
  phoneNumber: Type.Optional(Type.String()),
  duplicateOf: Type.Optional(Type.Integer({ description: 'The row that has this number already; it is called once' })),
  error: Type.Optional(Type.Object({ column: Type.String(), message: Type.String() }))
})
const Report = { accepted: Type.Integer(), duplicates: Type.Integer(), errors: Type.Integer(), rows: Type.Array(Row) }

/** A schedule made of a spreadsheet's numbers. */
export const importScheduleRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  // Not a type that a form on another site can send.
  app.addContentTypeParser('text/csv', { parseAs: 'string', bodyLimit: MAX_BYTES }, (_request, body, done) => done(null, body))

  app.post('/import', {
    ...idempotent(deps),
    schema: {
      tags: ['Scheduled calls'],
      summary: 'Import a scheduled call',
      description: 'One schedule with the numbers of a CSV file: a header row, a column phoneNumber, other columns as you like; separated by comma, semicolon or tab. Numbers without a country code are in the country of the number that calls. Rows with errors are reported and left out.',
      consumes: ['text/csv'],
      headers: idempotencyHeaders,
      querystring: Query,
      body: Type.String({ title: 'csv' }),
      response: { ...replies(200, Report), ...replies(201, { scheduledCall: ScheduledCall, ...Report }) }
    }
  }, async (request, reply) => {
    const { userId } = identityOf(request)
    const { dryRun = false, ...fields } = request.query
    const phone = await deps.stores.phones.find(userId, fields.fromPhoneNumberId)
    if (phone === undefined) throw new EarshotError('invalid', 'fromPhoneNumberId is none of your phone numbers.', { field: 'fromPhoneNumberId' })
    const rows = await readNumberList(request.body, parsePhoneNumberFromString(phone.phoneNumber)?.country)
    const numbers = rows.flatMap(({ phoneNumber, duplicateOf }) => phoneNumber !== undefined && duplicateOf === undefined ? [phoneNumber] : [])
    const errors = rows.filter(({ error }) => error !== undefined).length
    const report = { accepted: numbers.length, duplicates: rows.length - numbers.length - errors, errors, rows }
    if (dryRun) return await reply.code(200).send({ success: true, ...report })
    if (numbers.length === 0) throw new EarshotError('invalid', 'The file has no row with a possible phone number; dryRun=true tells what is wrong with each.', { field: 'body' })
    if (numbers.length > MAX_NUMBERS) throw new EarshotError('too_large', `A schedule has at most ${MAX_NUMBERS} numbers, and the file has ${numbers.length}.`, { field: 'body' })
    const scheduledCall = await createSchedule(deps, userId, { ...fields, toPhoneNumbers: numbers }, documentIdOf(request))
    return await reply.code(201).send({ success: true, scheduledCall, ...report })
  })
}
