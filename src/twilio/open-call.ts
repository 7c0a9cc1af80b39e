import type { FastifyBaseLogger } from 'fastify'
import type { CallAgent } from '../call/agent.ts'
import { Call } from '../call/call.ts'
import type { Line } from '../call/line.ts'
import type { PhraseBook } from '../call/phrases.ts'
import { TranscriptWriter, type TranscriptSink } from '../call/transcript.ts'
import { parseAgentTools } from '../call/tools/agent-tools.ts'
import { buildTools, toolsOfCall } from '../call/tools/index.ts'
import { parseTurnTaking, turnTakingOf } from '../call/turn-taking.ts'
import type { HttpFetch } from '../call/tools/http-tool.ts'
import type { SendSms } from '../call/tools/send-sms.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { EarshotError } from '../errors.ts'
import type { Llm } from '../llm/llm.ts'
import type { Metrics } from '../metrics.ts'
import type { AgentRecord } from '../store/agents.ts'
import type { CallRecord, CallStore } from '../store/calls.ts'
import type { Stores } from '../store/stores.ts'
import type { Stt } from '../stt/stt.ts'
import type { Tts } from '../tts/tts.ts'
import type { Vad } from '../vad/vad.ts'
import type { TwilioRest } from './rest.ts'
import { dial } from './twiml.ts'
import { watchCall } from './watch-call.ts'

export interface OpenCallDeps {
  config: Config
  clock: Clock
  stores: Stores
  vad: Vad
  stt: Stt
  llm: Llm
  tts: Tts
  phrases: PhraseBook
  rest: TwilioRest
  fetch: HttpFetch
  metrics: Metrics
  log: FastifyBaseLogger
}

/**
 * Makes the call of a record, ready to start: its agent, its way into the store, its control over Twilio.
 * @param onClosed called once the call has ended by itself or by `close`
 * @throws {EarshotError} `not_found` when its agent or its phone is gone, `store_unavailable`
 */
export async function openCall (record: CallRecord, line: Line, deps: OpenCallDeps, onClosed: () => void): Promise<Call> {
  const { stores, clock, log } = deps
  const [agent, phone] = await Promise.all([stores.agents.findAny(record.agent_id), stores.phones.findActiveByNumber(ourNumberOf(record))])
  if (agent === undefined || phone === undefined) throw new EarshotError('not_found', 'The agent or the phone of this call is gone.')
  const account = { accountSid: phone.twilioAccountSid, authToken: stores.phones.decryptAuthToken(phone) }
  const writer = new TranscriptWriter(clock, sinkOf(stores.calls, record), (error, willRetry) => {
    log.warn({ err: error, willRetry }, 'turn not stored')
  }, record.transcript.length)
  const sendSms: SendSms = async (to, body) => {
    const { sid } = await deps.rest.sendMessage(account, { from: phone.phoneNumber, to, body })
    await stores.messages.create(record.userId, { messageSid: sid, fromNumber: phone.phoneNumber, toNumber: to, body, agentId: agent._id })
  }
  const tools = checked(() => {
    const inClear = stores.agents.decryptTools(agent)
    return inClear && parseAgentTools(inClear)
  }, undefined, log)
  return new Call({
    clock,
    line,
    vad: deps.vad,
    stt: deps.stt,
    llm: deps.llm,
    tts: deps.tts,
    phrases: deps.phrases,
    agent: { ...callAgent(agent, deps.config, log), ...(record.system_prompt !== undefined && { systemPrompt: record.system_prompt }) },
    writer,
    past: record.transcript.map(({ role, text, timestamp, interrupted }) => ({ role, text, timestampMs: timestamp.getTime(), ...(interrupted === true ? { interrupted } : {}) })),
    toolBox: toolsOfCall(buildTools(tools, { fetch: deps.fetch, sendSms }), { callerNumber: record.direction === 'outgoing' ? record.to_number : record.from_number }, clock, (tool, error) => {
      log.warn({ err: error, tool }, 'a tool failed')
    }),
    control: {
      hangUp: () => deps.rest.completeCall(account, record.call_sid),
      transfer: async (to) => { await deps.rest.updateCall(account, record.call_sid, { twiml: dial(to) }) }
    },
    observe: (event) => watchCall(event, deps.metrics, log),
    onClosed
  })
}

/** The registered phone's end of the call. */
const ourNumberOf = ({ direction, from_number: from, to_number: to }: CallRecord): string => direction === 'outgoing' ? from : to

/** Settings are checked when they are saved. Should stored ones be wrong all the same, the call goes on with the defaults. */
function checked<T> (parse: () => T, fallback: T, log: FastifyBaseLogger): T {
  try {
    return parse()
  } catch (err) {
    log.error({ err }, 'the agent\'s settings are not valid')
    return fallback
  }
}

/** The agent's own settings, over the defaults of the process. */
function callAgent (agent: AgentRecord, config: Config, log: FastifyBaseLogger): CallAgent {
  return {
    id: agent._id,
    sttModel: agent.sttModel,
    inferenceModel: agent.inferenceModel,
    ttsModel: agent.ttsModel,
    ttsVoice: agent.ttsVoice,
    systemPrompt: agent.systemPrompt,
    greeting: agent.greeting,
    temperature: agent.temperature,
    maxTokens: agent.maxTokens,
    language: agent.language ?? 'en',
    sttLanguage: agent.language,
    turnTaking: turnTakingOf({ speculate: config.SPECULATION === 'on', ...checked(() => parseTurnTaking(agent.turnTaking ?? {}), {}, log) })
  }
}

function sinkOf (calls: CallStore, { call_sid: callSid, resume_count: resumeCount = 0 }: CallRecord): TranscriptSink {
  return {
    append: async (index, { timestampMs, ...turn }) => await calls.appendTurn(callSid, index, { ...turn, timestamp: new Date(timestampMs) }),
    complete: async ({ endedAtMs, reason }) => { await calls.complete(callSid, { end_time: new Date(endedAtMs), end_reason: reason }, resumeCount) },
    isRetryable: (error) => !(error instanceof EarshotError) || error.retryable
  }
}
