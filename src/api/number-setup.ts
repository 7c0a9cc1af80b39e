import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import type { PhoneRecord } from '../store/phones.ts'
import { oneOf } from '../store/record.ts'
import { checkNumber, CHECKS } from '../twilio/number-check.ts'
import { configureNumber } from '../twilio/number-setup.ts'
import { identityOf } from './authentication.ts'
import type { ApiOptions } from './deps.ts'
import { idParams } from './lists.ts'
import { limitUsers } from './rate-limits.ts'
import { replies } from './replies.ts'

const tags = ['Phones']

const Settings = Type.Object({
  voiceUrl: Type.String({ description: 'Who is asked what to do with a call' }),
  voiceMethod: Type.String({ description: 'How it is asked' }),
  statusCallback: Type.String({ description: 'Who is told how calls fare' }),
  statusCallbackMethod: Type.String({ description: 'How it is told' }),
  smsUrl: Type.String({ description: 'Who is told of text messages' }),
  smsMethod: Type.String({ description: 'How it is told' }),
  voiceApplicationSid: Type.String({ description: 'A TwiML application that answers calls in place of voiceUrl' }),
  smsApplicationSid: Type.String({ description: 'One that answers text messages in place of smsUrl' }),
  trunkSid: Type.String({ description: 'A SIP trunk that takes the calls' })
}, { title: 'NumberSettings', description: 'By the names of Twilio\'s IncomingPhoneNumber; empty: not set' })

const Check = Type.Object({
  name: oneOf([...CHECKS], { description: 'What was looked at' }),
  ok: Type.Boolean({ description: 'Whether it is as it should be' }),
  found: Type.String({ description: 'What was found' }),
  advice: Type.Optional(Type.String({ description: 'What to do, where something is wrong' })),
  actual: Type.Optional(Type.String({ description: 'The address that is set at Twilio' })),
  expected: Type.Optional(Type.String({ description: 'The address that should be' }))
}, { title: 'NumberCheck' })

/** How a number at Twilio comes to lead to Earshot, and why it may not. */
export const numberSetupRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  // Each request makes several of Twilio and of PUBLIC_URL.
  const onRequest = limitUsers(app)

  const phoneOf = async (userId: string, id: string): Promise<PhoneRecord> => {
    const phone = await deps.stores.phones.find(userId, id)
    if (phone === undefined) throw new EarshotError('not_found')
    return phone
  }

  app.post('/:id/configure', {
    onRequest,
    schema: {
      tags,
      summary: 'Make a number lead to Earshot',
      description: 'Writes the addresses for calls, their status and text messages to Twilio, and takes away a SIP trunk or TwiML app, which would come before them. 409: PUBLIC_URL is nothing that Twilio can reach, or the account has no such number.',
      params: idParams,
      response: replies(200, { previous: Settings, current: Settings })
    }
  }, async (request) => ({ success: true as const, ...await configureNumber(deps, await phoneOf(identityOf(request).userId, request.params.id)) }))

  app.get('/:id/check', {
    onRequest,
    schema: {
      tags,
      summary: 'Check a number',
      description: 'Finds out why calls and text messages might not reach Earshot; changes nothing. What cannot be looked at before something else is put right is left out.',
      params: idParams,
      response: replies(200, { ok: Type.Boolean({ description: 'All of it is' }), checks: Type.Array(Check) })
    }
  }, async (request) => {
    const checks = await checkNumber(deps, await phoneOf(identityOf(request).userId, request.params.id))
    return { success: true as const, ok: checks.every(({ ok }) => ok), checks }
  })
}
