import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { CallRecord } from '../store/calls.ts'
import type { DialRecord } from '../store/dials.ts'
import type { Stores } from '../store/stores.ts'
import { newCall } from '../twilio/new-call.ts'

/** Twilio keeps calls of a busy account in a queue: how such a call fares is Twilio's to say, and this is longer than any waits. */
const UNANSWERED_MS = 24 * 3_600_000

/**
 * The record of the call that a dial has got, stored once. Until somebody answers it has a stream token that nobody knows: then the webhook sets one.
 * @throws EarshotError `conflict` when the call belongs to somebody else
 */
export async function recordCall ({ stores, clock }: { stores: Stores, clock: Clock }, dial: DialRecord, callSid: string): Promise<CallRecord> {
  const { userId, fromNumber, toNumber, agentId = '', promptContent } = dial
  const { call } = newCall(clock, {
    userId,
    call_sid: callSid,
    from_number: fromNumber,
    to_number: toNumber,
    agent_id: agentId,
    session_id: dial._id,
    direction: 'outgoing',
    stream_token_expires_at: new Date(clock.now() + UNANSWERED_MS),
    ...(promptContent !== undefined && { system_prompt: promptContent })
  })
  const { call: stored } = await stores.calls.create(call)
  if (stored.userId !== userId) throw new EarshotError('conflict', 'This call belongs to somebody else.')
  return stored
}
