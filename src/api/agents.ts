import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { parseAgentTools } from '../call/tools/agent-tools.ts'
import { parseTurnTaking, TurnTakingSettingsSchema } from '../call/turn-taking.ts'
import { EarshotError } from '../errors.ts'
import { AgentSchema, type AgentRecord } from '../store/agents.ts'
import { clearable, crudRoutes, strictBody, withoutNulls } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { MASK, unmasked, withoutSecrets } from './tool-secrets.ts'

const { name, phoneNumber, direction, sttModel, inferenceModel, ttsModel, ttsVoice, systemPrompt, greeting, temperature, maxTokens, active } = AgentSchema.properties
const { language, detectMachines, voicemailAction, voicemailMessage, recordTape, recordAudio, recordingNotice, smsReplies } = AgentSchema.properties
const tools = Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: 64, description: `What the agent may do, beside speaking. The values of headers are never shown: "${MASK}" stands in their place, and in a change leaves them as they are` }))
const turnTaking = Type.Optional({ ...TurnTakingSettingsSchema, description: 'Where it differs from the usual' })

const settings = {
  direction: Type.Optional(direction),
  sttModel: Type.Optional(sttModel),
  inferenceModel: Type.Optional(inferenceModel),
  ttsModel: Type.Optional(ttsModel),
  ttsVoice: Type.Optional(ttsVoice),
  greeting: Type.Optional(greeting),
  temperature: Type.Optional(temperature),
  maxTokens: Type.Optional(maxTokens),
  active: Type.Optional(active)
}

/** Who speaks on the phone. */
export const agentRoutes: FastifyPluginAsync<ApiOptions> = async (app, { deps: { stores: { agents, phones }, config, warmer } }) => {
  /** What an agent has whose owner says nothing of it. Replies on the phone are short: 300 tokens are a minute and a half of speech. */
  const defaults = {
    direction: 'incoming',
    sttModel: config.STT_MODEL,
    inferenceModel: config.LLM_MODEL,
    ttsModel: config.TTS_MODEL,
    ttsVoice: config.TTS_VOICE,
    greeting: '',
    temperature: 0.7,
    maxTokens: 300,
    active: true
  } as const

  /** An agent's number is a live phone of the same user, and stays so until the agent is stored. */
  const withPhone = async <T> (userId: string, phoneNumber: string, work: () => Promise<T>): Promise<T> => {
    const done = await phones.using(userId, { phoneNumber }, async () => ({ result: await work() }))
    if (done === undefined) throw new EarshotError('invalid', 'phoneNumber is none of your phone numbers.', { field: 'phoneNumber' })
    return done.result
  }

  const warmed = (agent: AgentRecord): AgentRecord => {
    warmer.warm(agent)
    return agent
  }

  crudRoutes(app, {
    one: 'agent',
    aOne: 'an agent',
    many: 'agents',
    tag: 'Agents',
    schema: Type.Object({ ...Type.Omit(AgentSchema, ['isDeleted']).properties, tools, turnTaking }, { additionalProperties: false }),
    createBody: strictBody({ name, phoneNumber, systemPrompt, ...settings, language, tools, turnTaking, detectMachines, voicemailAction, voicemailMessage, recordTape, recordAudio, recordingNotice, smsReplies }),
    changeBody: strictBody({
      name: Type.Optional(name),
      phoneNumber: Type.Optional(phoneNumber),
      systemPrompt: Type.Optional(systemPrompt),
      ...settings,
      language: clearable(language),
      tools: clearable(tools),
      turnTaking: clearable(turnTaking),
      detectMachines: clearable(detectMachines),
      voicemailAction: Type.Optional(Type.Unsafe<AgentRecord['voicemailAction'] | null>({ ...voicemailAction, type: ['string', 'null'], enum: ['leave_message', 'hang_up', 'continue', null] })),
      voicemailMessage: clearable(voicemailMessage),
      recordTape: clearable(recordTape),
      recordAudio: clearable(recordAudio),
      recordingNotice: clearable(recordingNotice),
      smsReplies: clearable(smsReplies)
    }),
    filters: { direction: Type.Optional(direction), phoneNumber: Type.Optional(phoneNumber), active: Type.Optional(active) },
    sorts: ['name', 'updated_at'],
    find: agents.find,
    list: agents.list,
    async create (userId, body) {
      check(body)
      const given = body.tools === undefined ? body : { ...body, tools: unmasked(body.tools, []) }
      return warmed(await withPhone(userId, body.phoneNumber, () => agents.create(userId, { ...defaults, ...given })))
    },
    async change (userId, id, body) {
      check(body)
      for (;;) {
        const stored = await agents.find(userId, id)
        if (stored === undefined) return undefined
        const given = body.tools === undefined || body.tools === null ? body : { ...body, tools: unmasked(body.tools, agents.decryptTools(stored) ?? []) }
        // What the masks stood for must still be so when it is stored: else all is looked at anew.
        const change = () => agents.update(userId, id, withoutNulls(given), { updated_at: stored.updated_at })
        const changed = await (body.phoneNumber === undefined ? change() : withPhone(userId, body.phoneNumber, change))
        if (changed !== undefined) return warmed(changed)
      }
    },
    remove: agents.remove,
    async restore (userId, id) {
      const removed = await agents.findRemoved(userId, id)
      const agent = removed && await withPhone(userId, removed.phoneNumber, () => agents.restore(userId, id))
      return agent && warmed(agent)
    },
    show: withoutSecrets
  })
}

/** @throws EarshotError `invalid`, naming the field */
const check = ({ tools, turnTaking }: { tools?: unknown[] | null, turnTaking?: unknown }): void => {
  parseAgentTools(tools ?? [])
  parseTurnTaking(turnTaking ?? {})
}
