import type { FastifyBaseLogger } from 'fastify'
import type { CallAgent } from '../call/agent.ts'
import { Call } from '../call/call.ts'
import type { Line } from '../call/line.ts'
import type { PhraseBook } from '../call/phrases.ts'
import { TranscriptWriter, type CallSummary, type TranscriptTurn } from '../call/transcript.ts'
import type { CallControl } from '../call/deps.ts'
import { safely } from '../call/events.ts'
import { parseAgentTools, type AgentTool } from '../call/tools/agent-tools.ts'
import { buildTools, toolsOfCall } from '../call/tools/index.ts'
import { parseTurnTaking, turnTakingOf } from '../call/turn-taking.ts'
import type { HttpFetch } from '../call/tools/http-tool.ts'
import type { SendSms } from '../call/tools/send-sms.ts'
import type { Clock } from '../clock.ts'
import { dialEndedUrl, type Config } from '../config.ts'
import { EarshotError } from '../errors.ts'
import type { Llm } from '../llm/llm.ts'
import { onBehalfOf } from '../metered.ts'
import type { Metrics } from '../metrics.ts'
import { checkDestination } from '../outbound/guard.ts'
import { recentTexts } from '../sms/background.ts'
import type { Messenger } from '../sms/messenger.ts'
import type { AgentRecord } from '../store/agents.ts'
import { appendAtEnd } from '../store/call-journal.ts'
import { isBrowserCall, ourNumberOf, theirNumberOf, type CallEnd, type CallRecord } from '../store/calls.ts'
import type { Stores } from '../store/stores.ts'
import type { Stt } from '../stt/stt.ts'
import type { Tts } from '../tts/tts.ts'
import type { CallTracer } from '../tracing/tracer.ts'
import { CallUsage } from '../usage.ts'
import type { Vad } from '../vad/vad.ts'
import { accountOf } from './account.ts'
import type { TwilioRest } from './rest.ts'
import { openingOf } from './opening.ts'
import type { StreamTap, Voices } from './stream-recorder.ts'
import { dial } from './twiml.ts'
import type { UnsavedCalls } from './unsaved-calls.ts'
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
  messenger: Pick<Messenger, 'send'>
  fetch: HttpFetch
  metrics: Metrics
  unsaved: UnsavedCalls
  log: FastifyBaseLogger
  tap: StreamTap | undefined
  tracer?: CallTracer
}

/**
 * Makes the call of a record, ready to start: its agent, its way into the store, its control over Twilio.
 * @param onClosed called once the call has ended by itself or by `close`
 * @throws {EarshotError} `not_found` when its agent is gone, or a telephone call's phone, `store_unavailable`
 */
export async function openCall (record: CallRecord, line: Line, deps: OpenCallDeps, onClosed: () => void): Promise<Call> {
  const { stores, clock, log } = deps
  const agent = await stores.agents.findAny(record.agent_id)
  if (agent === undefined) throw new EarshotError('not_found', 'The agent of this call is gone.')
  const { control, sendSms } = isBrowserCall(record) ? IN_BROWSER : await overTwilio(record, agent, deps)
  const usage = new CallUsage(record.usage)
  const writer = writerOf(record, usage, deps)
  const allTools = checked(() => {
    const inClear = stores.agents.decryptTools(agent)
    return inClear && parseAgentTools(inClear)
  }, undefined, log)
  const tools = isBrowserCall(record) ? allTools?.filter(({ type }) => !NEEDS_TELEPHONE.has(type)) : allTools
  const systemPrompt = record.system_prompt ?? agent.systemPrompt
  const settings: CallAgent = {
    ...callAgent(agent, deps.config, record, log),
    systemPrompt: tools?.length === allTools?.length ? systemPrompt : `${systemPrompt}\n\n${NO_TELEPHONE}`
  }
  const trace = deps.tracer?.begin({ callSid: record.call_sid, agentId: agent._id, direction: record.direction ?? 'incoming' })
  const observe = safely((event) => {
    watchCall(event, deps.metrics, log)
    deps.tap?.happened(event)
    trace?.happened(event)
  })
  const voices: Voices = {
    ...onBehalfOf(deps, usage),
    phrases: deps.phrases,
    toolBox: toolsOfCall(buildTools(tools, { fetch: deps.fetch, sendSms }), { callerNumber: theirNumberOf(record) }, clock, (run) => observe({ type: 'tool', ...run }))
  }
  return new Call({
    clock,
    line,
    vad: deps.vad,
    ...(deps.tap?.begin(record, agent, settings, voices) ?? voices),
    agent: settings,
    writer,
    past: record.transcript.map(({ role, text, timestamp, interrupted }) => ({ role, text, timestampMs: timestamp.getTime(), ...(interrupted === true ? { interrupted } : {}) })),
    background: isBrowserCall(record)
      ? Promise.resolve(undefined)
      : recentTexts(stores, record, clock.now()).catch((err: unknown) => {
        log.warn({ err }, 'the text messages of a call could not be read')
        return undefined
      }),
    control,
    observe,
    onClosed
  })
}

/** What can be done to a call, and from it, outside its media stream. */
interface Reach { control: CallControl, sendSms: SendSms }

/** Tools of the agent's that reach a telephone, which a browser is none of. */
const NEEDS_TELEPHONE: ReadonlySet<AgentTool['type']> = new Set(['transfer_call', 'send_sms'])

/** Without it, a model whose prompt speaks of transfers says that it makes them. */
const NO_TELEPHONE = 'This conversation takes place in a web browser. Nobody can be connected to another number, and no text message can be sent.'

const notInBrowser = async (): Promise<never> => { throw new EarshotError('invalid', 'A call in the browser cannot do this.') }

/** Hanging up is closing the socket, which the media stream does when the call is over. */
const IN_BROWSER: Reach = { control: { hangUp: async () => {}, transfer: notInBrowser }, sendSms: notInBrowser }

/** @throws {EarshotError} `not_found` when the phone is gone */
async function overTwilio (record: CallRecord, agent: AgentRecord, { config, stores, rest, messenger }: OpenCallDeps): Promise<Reach> {
  const phone = await stores.phones.findActiveByNumber(ourNumberOf(record))
  if (phone === undefined) throw new EarshotError('not_found', 'The phone of this call is gone.')
  const account = accountOf(stores, phone)
  return {
    control: {
      hangUp: () => rest.completeCall(account, record.call_sid),
      transfer: async (to) => {
        await checkDestination(stores, record.userId, phone.phoneNumber, to)
        await rest.updateCall(account, record.call_sid, { twiml: dial(to, dialEndedUrl(config)) })
      }
    },
    sendSms: async (to, body) => { await messenger.send(record.userId, { fromNumber: phone.phoneNumber, toNumber: to, body, agentId: agent._id }) }
  }
}

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
function callAgent (agent: AgentRecord, config: Config, { max_duration_seconds: maxSeconds = Infinity }: CallRecord, log: FastifyBaseLogger): CallAgent {
  const turnTaking = turnTakingOf({ speculate: config.SPECULATION === 'on', ...checked(() => parseTurnTaking(agent.turnTaking ?? {}), {}, log) })
  return {
    id: agent._id,
    sttModel: agent.sttModel,
    inferenceModel: agent.inferenceModel,
    ttsModel: agent.ttsModel,
    ttsVoice: agent.ttsVoice,
    systemPrompt: agent.systemPrompt,
    greeting: openingOf(agent),
    temperature: agent.temperature,
    maxTokens: agent.maxTokens,
    language: agent.language ?? 'en',
    sttLanguage: agent.language,
    turnTaking: { ...turnTaking, maxCallMs: Math.min(turnTaking.maxCallMs, maxSeconds * 1000) }
  }
}

function writerOf (record: CallRecord, usage: CallUsage, { clock, stores: { calls }, unsaved, log }: OpenCallDeps): TranscriptWriter {
  const { call_sid: callSid, resume_count: resumeCount = 0 } = record
  const endOf = ({ endedAtMs, reason }: CallSummary): CallEnd => ({ end_time: new Date(endedAtMs), end_reason: reason, usage: usage.rows })
  const turnOf = ({ timestampMs, ...turn }: TranscriptTurn) => ({ ...turn, timestamp: new Date(timestampMs) })
  const writer = new TranscriptWriter(clock, {
    // Another stream of this call may have taken it up before everything of this one was stored.
    append: async (index, turn) => await calls.appendTurn(callSid, index, turnOf(turn)).catch(async (error: unknown) => {
      if (!(error instanceof EarshotError && error.code === 'conflict')) throw error
      await appendAtEnd(calls, callSid, turnOf(turn))
    }),
    complete: async (summary) => {
      await calls.complete(callSid, endOf(summary), resumeCount)
      saved()
    },
    isRetryable: (error) => !(error instanceof EarshotError) || error.retryable
  }, (error, willRetry) => {
    log.warn({ err: error, willRetry }, 'turn not stored')
  }, record.transcript.length)
  const saved = unsaved.track(() => {
    const { turns, summary } = writer.surrender()
    return { callSid, resumeCount, turns: turns.map(turnOf), end: summary && endOf(summary) }
  })
  return writer
}
