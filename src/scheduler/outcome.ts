import type { CallRecord } from '../store/calls.ts'
import type { DialRecord } from '../store/dials.ts'
import type { ScheduledCallResult } from '../store/scheduled-calls.ts'

/** How a call that was not answered ended, as `/twilio/status` notes it. */
const NOT_REACHED: Record<string, ScheduledCallResult['outcome']> = {
  twilio_busy: 'busy',
  'twilio_no-answer': 'no-answer',
  twilio_canceled: 'canceled',
  twilio_failed: 'failed'
}

/** Twilio ends calls after four hours (https://www.twilio.com/docs/voice/api/call-resource, TimeLimit): the end of one that is active still was missed. */
const LONGEST_CALL_MS = 4 * 3_600_000

/** What became of a dial; undefined while that is open. */
export function outcomeOf (dial: DialRecord, call: CallRecord | undefined, nowMs: number): ScheduledCallResult | undefined {
  const phoneNumber = dial.toNumber
  if (dial.state === 'failed') return { phoneNumber, outcome: 'refused', ...(dial.failure === undefined ? {} : { reason: dial.failure }) }
  if (call === undefined) return undefined
  const callSid = call.call_sid
  if (call.status === 'completed') return { phoneNumber, outcome: NOT_REACHED[call.end_reason ?? ''] ?? 'reached', callSid }
  return nowMs - call.start_time.getTime() > LONGEST_CALL_MS ? { phoneNumber, outcome: 'unknown', callSid } : undefined
}
