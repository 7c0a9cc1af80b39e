import type { CallRecord } from '../store/calls.ts'
import type { DialRecord } from '../store/dials.ts'
import type { ScheduledCallRecord, ScheduledCallResult } from '../store/scheduled-calls.ts'

/** How a call that was not answered ended, as `/twilio/status` notes it. */
const NOT_REACHED: Record<string, ScheduledCallResult['outcome']> = {
  twilio_busy: 'busy',
  'twilio_no-answer': 'no-answer',
  twilio_canceled: 'canceled',
  twilio_failed: 'failed'
}

/** Twilio ends calls after four hours (https://www.twilio.com/docs/voice/api/call-resource, TimeLimit): the end of one that is active still was missed. */
const LONGEST_CALL_MS = 4 * 3_600_000

/** Which of the calls to its number a dial is, from 1. */
export const attemptOf = ({ attempt = 1 }: DialRecord): number => attempt

/** What became of a dial, the last one of its number; undefined while that is open. @param retry whether and when the number is called again */
export function outcomeOf (dial: DialRecord, call: CallRecord | undefined, nowMs: number, retry?: ScheduledCallRecord['retry']): ScheduledCallResult | undefined {
  const phoneNumber = dial.toNumber
  const attempts = attemptOf(dial)
  if (dial.state === 'failed') return { phoneNumber, outcome: 'refused', attempts: attempts - 1, ...(dial.failure === undefined ? {} : { reason: dial.failure }) }
  if (call === undefined) return undefined
  const callSid = call.call_sid
  if (call.status !== 'completed') return nowMs - call.start_time.getTime() > LONGEST_CALL_MS ? { phoneNumber, outcome: 'unknown', attempts, callSid } : undefined
  const outcome = NOT_REACHED[call.end_reason ?? ''] ?? 'reached'
  const again = retry?.on.some((word) => word === outcome) === true && attempts <= retry.count
  const endedAtMs = call.end_time?.getTime() ?? nowMs
  return { phoneNumber, outcome, attempts, callSid, ...(again && { nextAttemptAt: new Date(endedAtMs + retry.delayMinutes * 60_000) }) }
}
