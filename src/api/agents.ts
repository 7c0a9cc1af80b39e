import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { parseAgentTools } from '../call/tools/agent-tools.ts'
import { EarshotError } from '../errors.ts'
import { AgentSchema } from '../store/agents.ts'
import { clearable, crudRoutes, strictBody, withoutNulls } from './crud.ts'
import type { ApiOptions } from './deps.ts'

const { name, phoneNumber, direction, sttModel, inferenceModel, ttsModel, ttsVoice, systemPrompt, greeting, temperature, maxTokens, active } = AgentSchema.properties
const { language, tools, turnTaking, recordTape } = AgentSchema.properties

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
export const agentRoutes: FastifyPluginAsync<ApiOptions> = async (app, { deps: { stores: { agents, phones }, config } }) => {
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

  crudRoutes(app, {
    one: 'agent',
    aOne: 'an agent',
    many: 'agents',
    tag: 'Agents',
    schema: Type.Omit(AgentSchema, ['isDeleted']),
    createBody: strictBody({ name, phoneNumber, systemPrompt, ...settings, language, tools, turnTaking, recordTape }),
    changeBody: strictBody({
      name: Type.Optional(name),
      phoneNumber: Type.Optional(phoneNumber),
      systemPrompt: Type.Optional(systemPrompt),
      ...settings,
      language: clearable(language),
      tools: clearable(tools),
      turnTaking: clearable(turnTaking),
      recordTape: clearable(recordTape)
    }),
    filters: { direction: Type.Optional(direction), phoneNumber: Type.Optional(phoneNumber), active: Type.Optional(active) },
    sorts: ['name', 'updated_at'],
    find: agents.find,
    list: agents.list,
    async create (userId, body) {
      parseAgentTools(body.tools ?? [])
      return await withPhone(userId, body.phoneNumber, () => agents.create(userId, { ...defaults, ...body }))
    },
    async change (userId, id, body) {
      parseAgentTools(body.tools ?? [])
      const change = () => agents.update(userId, id, withoutNulls(body))
      if (body.phoneNumber === undefined || await agents.find(userId, id) === undefined) return await change()
      return await withPhone(userId, body.phoneNumber, change)
    },
    remove: agents.remove
  })
}
