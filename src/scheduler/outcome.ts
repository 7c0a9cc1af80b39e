import type { CallRecord } from '../store/calls.ts'
import { isMachine, isTerminal, LONGEST_CALL_MS, reasonRank } from '../store/carrier.ts'
import type { DialRecord } from '../store/dials.ts'
import type { ScheduledCallRecord, ScheduledCallResult } from '../store/scheduled-calls.ts'

/** Twilio may tell a call's end before its stream has told that a message was left; after this long the stream says nothing any more. */
const STREAM_END_MS = 60_000

/** Which of the calls to its number a dial is, from 1. */
export const attemptOf = ({ attempt = 1 }: DialRecord): number => attempt

/** What became of a dial, the last one of its number; undefined while that is open. @param retry whether and when the number is called again */
export function outcomeOf (dial: DialRecord, call: CallRecord | undefined, nowMs: number, retry?: ScheduledCallRecord['retry']): ScheduledCallResult | undefined {
  const phoneNumber = dial.toNumber
  const attempts = attemptOf(dial)
  if (dial.state === 'failed') return { phoneNumber, outcome: 'refused', attempts: attempts - 1, ...(dial.failure === undefined ? {} : { reason: dial.failure }) }
  if (call === undefined) return undefined
  const callSid = call.call_sid
  const outcome = finalOutcome(call, nowMs)
  if (outcome === undefined) return nowMs - call.start_time.getTime() > LONGEST_CALL_MS ? { phoneNumber, outcome: 'unknown', attempts, callSid } : undefined
  const again = retry?.on.some((word) => word === outcome) === true && attempts <= retry.count
  const endedAtMs = call.end_time?.getTime() ?? nowMs
  return { phoneNumber, outcome, attempts, callSid, ...(again && { nextAttemptAt: new Date(endedAtMs + retry.delayMinutes * 60_000) }) }
}

/** Outcomes for which a schedule was worth its while. */
export const isSuccess = ({ outcome }: ScheduledCallResult): boolean => outcome === 'reached' || outcome === 'voicemail'

/** How a call ended, as Twilio says; before that, as the call itself knows. That it has lost its connection, or never had one, tells nothing of the callee. */
function finalOutcome ({ status, carrier_status: carrierStatus, end_reason: reason = '', answered_by: answeredBy, end_time: end }: CallRecord, nowMs: number): ScheduledCallResult['outcome'] | undefined {
  const carrier = isTerminal(carrierStatus) ? carrierStatus : reason.startsWith('twilio_') ? reason.slice('twilio_'.length) : undefined
  if (carrier === 'busy' || carrier === 'no-answer' || carrier === 'canceled' || carrier === 'failed') return carrier
  if (carrier !== 'completed' && (status !== 'completed' || reasonRank(reason) === 0)) return undefined
  if (!isMachine(answeredBy)) return 'reached'
  if (reason === 'voicemail_left') return 'voicemail'
  return reasonRank(reason) > 1 || nowMs - (end?.getTime() ?? nowMs) > STREAM_END_MS ? 'machine' : undefined
}
