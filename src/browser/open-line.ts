import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { streamUrl, type Config } from '../config.ts'
import { EarshotError } from '../errors.ts'
import type { AgentRecord } from '../store/agents.ts'
import type { CallRecord, NewCall } from '../store/calls.ts'
import type { Stores } from '../store/stores.ts'
import type { LiveCalls } from '../twilio/live-calls.ts'
import { newCall } from '../twilio/new-call.ts'

export interface LineDeps {
  config: Config
  clock: Clock
  stores: Pick<Stores, 'calls'>
  liveCalls: LiveCalls
  warmer: { warm: (agent: AgentRecord) => void }
}

/** What a browser needs to begin its call: it opens the media socket and speaks Twilio's protocol, with the call's sid and the token in `start`. */
export interface OpenLine {
  call: CallRecord
  streamUrl: string
  /** Good for one stream, for a minute. */
  token: string
}

/** What stands where a telephone call has the caller's number. */
const CALLER = 'browser'

/** A sid for a browser's call. Twilio's are two letters and 32 hexadecimal digits. */
export const makeBrowserSid = (): string => `browser-${randomUUID()}`

/**
 * Makes the record of a browser's call to an agent, active or not, and keeps a place for its stream.
 * @throws EarshotError `draining`; `rate_limited` when this process carries as many calls as it may
 */
export async function openLine (
  { config, clock, stores, liveCalls, warmer }: LineDeps,
  agent: AgentRecord,
  given: Required<Pick<NewCall, 'channel'>> & Partial<Pick<NewCall, 'call_sid' | 'max_duration_seconds'>>
): Promise<OpenLine> {
  const callSid = given.call_sid ?? makeBrowserSid()
  const admission = liveCalls.admit(callSid)
  if (admission === 'draining') throw new EarshotError('draining')
  if (admission !== 'admitted') throw new EarshotError('rate_limited', 'All lines are busy; try again later.')
  const { call, token } = newCall(clock, { ...given, userId: agent.userId, call_sid: callSid, from_number: CALLER, to_number: agent.phoneNumber, agent_id: agent._id, direction: 'incoming' })
  const created = await liveCalls.keepIf(callSid, async () => await stores.calls.create(call))
  if (created === undefined) throw new EarshotError('internal')
  warmer.warm(agent)
  return { call: created.call, streamUrl: streamUrl(config), token }
}
