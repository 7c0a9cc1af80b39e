import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { randomUUID } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { EarshotError } from '../errors.ts'
import { chooseAgent } from '../outbound/choose-agent.ts'
import type { NewDial } from '../store/dials.ts'
import type { PhoneRecord } from '../store/phones.ts'
import { E164, Id, oneOf } from '../store/record.ts'
import type { Stores } from '../store/stores.ts'
import { identityOf } from './authentication.ts'
import { Call } from './calls.ts'
import { strictBody } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { documentIdOf, idempotencyHeaders, idempotent } from './idempotency.ts'
import { activePhone, checkPhoneNumber } from './phone-number.ts'
import { replies } from './replies.ts'

const Body = strictBody({
  callType: oneOf(['ai', 'normal'], { description: 'ai: the callee talks to an agent; normal: a message is spoken, or the callee is connected to a person' }),
  fromPhoneNumberId: Id,
  to: E164,
  promptId: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'ai: its content is the system prompt; neither this nor promptContent: the agent\'s own' })),
  promptContent: Type.Optional(Type.String({ minLength: 1, maxLength: 50_000, description: 'ai: the system prompt, in place of promptId' })),
  agentId: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'ai: left out, the number\'s outgoing agent, else the one that answers it' })),
  message: Type.Optional(Type.String({ minLength: 1, maxLength: 3_000, description: 'normal: spoken by Twilio' })),
  bridgeTo: Type.Optional(E164),
  detectMachines: Type.Optional(Type.Boolean({ description: 'ai: whether Twilio finds out if a machine answers; left out, as the agent says' }))
})
type OutboundCall = Static<typeof Body>

/** Calls that Earshot places now. */
export const outboundCallRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  const { stores, dialler } = deps
  app.post('/outbound', {
    ...idempotent(deps),
    schema: {
      tags: ['Calls'],
      summary: 'Place a call',
      description: 'What the calling rules refuse is refused with 403. After 504 it is not known whether there is a call: the same request with the same Idempotency-Key tells, and never makes a second one.',
      headers: idempotencyHeaders,
      body: Body,
      response: replies(201, { call: Call })
    }
  }, async (request, reply) => {
    const { userId } = identityOf(request)
    const wish = request.body
    checkShape(wish)
    const intent = await intentOf(stores, userId, wish)
    const { dial } = await stores.dials.create({ ...intent, key: `request ${documentIdOf(request) ?? randomUUID()}` })
    try {
      return await reply.code(201).send({ success: true, call: await dialler.place(dial) })
    } catch (error) {
      // A request is answered now or not at all: it does not wait for a place.
      if (error instanceof EarshotError && (error.code === 'rate_limited' || error.code === 'provider_rate_limited')) await stores.dials.fail(dial._id, error.message)
      throw error
    }
  })
}

function checkShape ({ callType, to, promptId, promptContent, agentId, message, bridgeTo, detectMachines }: OutboundCall): void {
  const refuse = (fields: Record<string, unknown>) => {
    for (const [field, value] of Object.entries(fields)) if (value !== undefined) throw invalid(field, `${field} is not for a call of type ${callType}.`)
  }
  checkPhoneNumber(to, 'to')
  if (callType === 'ai') {
    refuse({ message, bridgeTo })
    if (promptId !== undefined && promptContent !== undefined) throw invalid('promptContent', 'Give promptId or promptContent, not both.')
    return
  }
  refuse({ promptId, promptContent, agentId, detectMachines })
  if ((message === undefined) === (bridgeTo === undefined)) throw invalid('message', 'A normal call needs either message or bridgeTo.')
  if (bridgeTo !== undefined) checkPhoneNumber(bridgeTo, 'bridgeTo')
}

async function intentOf (stores: Stores, userId: string, { callType, fromPhoneNumberId, to, promptId, promptContent, agentId, message, bridgeTo, detectMachines }: OutboundCall): Promise<Omit<NewDial, 'key'>> {
  const phone = await activePhone(stores, userId, fromPhoneNumberId)
  const prompt = promptId === undefined ? promptContent : (await stores.prompts.find(userId, promptId))?.content
  if (promptId !== undefined && prompt === undefined) throw invalid('promptId', 'promptId is none of your prompts.')
  return {
    userId,
    callType,
    fromPhoneNumberId,
    fromNumber: phone.phoneNumber,
    toNumber: to,
    ...(callType === 'ai' ? await agentOf(stores, phone, agentId) : {}),
    ...(prompt === undefined ? {} : { promptContent: prompt }),
    ...(message === undefined ? {} : { message }),
    ...(bridgeTo === undefined ? {} : { bridgeTo }),
    ...(detectMachines === undefined ? {} : { detectMachines })
  }
}

const agentOf = async (stores: Stores, phone: PhoneRecord, agentId: string | undefined) => ({ agentId: (await chooseAgent(stores, phone, agentId))._id })

const invalid = (field: string, message: string): EarshotError => new EarshotError('invalid', message, { field })
