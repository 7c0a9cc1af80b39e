import { Type } from 'typebox'
import { oneOf, Timestamp } from './record.ts'

/** How far a call has come, as Twilio words it (https://www.twilio.com/docs/voice/api/call-resource#call-status-values), in the order of a call's life. */
const ONGOING = ['queued', 'initiated', 'ringing', 'in-progress'] as const
/** A call that has one of these is over, and gets no other. */
const TERMINAL = ['completed', 'busy', 'failed', 'no-answer', 'canceled'] as const
export type CarrierStatus = typeof ONGOING[number] | typeof TERMINAL[number]

/** Twilio ends calls after this long (https://www.twilio.com/docs/voice/api/call-resource, TimeLimit): the end of one that is active still was missed. */
export const LONGEST_CALL_MS = 4 * 3_600_000

/** Who answered a call that was placed (https://www.twilio.com/docs/voice/answering-machine-detection). */
const ANSWERED_BY = ['human', 'machine_start', 'machine_end_beep', 'machine_end_silence', 'machine_end_other', 'fax', 'unknown'] as const
export type AnsweredBy = typeof ANSWERED_BY[number]

/** Whether nobody was there. What Twilio could not make out may have been a person. */
export const isMachine = (answeredBy: AnsweredBy | undefined): boolean => answeredBy !== undefined && answeredBy !== 'human' && answeredBy !== 'unknown'

const DIAL_STATUSES = ['completed', 'answered', 'busy', 'no-answer', 'failed', 'canceled'] as const
export type DialStatus = typeof DIAL_STATUSES[number]

/** What of a call only Twilio knows. */
export const carrierFields = {
  carrier_status: Type.Optional(oneOf([...ONGOING, ...TERMINAL], { description: 'How the call fares for Twilio' })),
  carrier_duration_seconds: Type.Optional(Type.Number({ minimum: 0, description: 'What Twilio bills, transfers included' })),
  sip_response_code: Type.Optional(Type.Integer({ description: 'The last SIP response of a call that was placed, such as 486 for busy' })),
  price: Type.Optional(Type.Number({ description: 'What Twilio charges for the call; negative' })),
  price_unit: Type.Optional(Type.String({ maxLength: 8, description: 'ISO 4217, such as USD' })),
  answered_by: Type.Optional(oneOf([...ANSWERED_BY], { description: 'Who answered a call on which machines are detected' })),
  dial_status: Type.Optional(oneOf([...DIAL_STATUSES], { description: 'How connecting the other side to a person ended' })),
  dial_call_sid: Type.Optional(Type.String({ maxLength: 64, description: 'Twilio\'s id of the call that the other side was connected to' })),
  dial_duration_seconds: Type.Optional(Type.Number({ minimum: 0, description: 'How long that one lasted' })),
  stream_error: Type.Optional(Type.String({ maxLength: 500, description: 'Why Twilio could not carry the media stream' })),
  carrier_sequence: Type.Optional(Type.Integer({ description: 'Of the callback that told the carrier_status; never returned' })),
  carrier_check_at: Type.Optional({ ...Timestamp, description: 'When Twilio is asked next what became of the call; never returned' })
}

/** Fields of a call that are the store's own. */
export const HIDDEN_CALL_FIELDS = ['stream_token_hash', 'stream_token_expires_at', 'carrier_sequence', 'carrier_check_at'] as const

const isOneOf = <Word extends string>(words: readonly Word[], word: string | undefined): word is Word => words.some((known) => known === word)

/** Whether a call with this status is over. */
export const isTerminal = (status: string | undefined): status is typeof TERMINAL[number] => isOneOf(TERMINAL, status)
export const isCarrierStatus = (status: string | undefined): status is CarrierStatus => isOneOf(ONGOING, status) || isTerminal(status)
export const isAnsweredBy = (answeredBy: string | undefined): answeredBy is AnsweredBy => isOneOf(ANSWERED_BY, answeredBy)

export const isDialStatus = (status: string | undefined): status is DialStatus => isOneOf(DIAL_STATUSES, status)

export const TERMINAL_STATUSES: readonly string[] = TERMINAL

/** The statuses that a call with this one has left behind, and those that it excludes. */
export function statusesAround (status: CarrierStatus): { earlier: readonly string[], same: readonly string[] } {
  if (isTerminal(status)) return { earlier: ONGOING, same: TERMINAL }
  const rank = ONGOING.indexOf(status)
  return { earlier: ONGOING.slice(0, rank), same: [status] }
}

/**
 * Which of two reasons for a call's end says more: its user's, then what the call itself knows, then Twilio's, then that only the connection went away.
 * So the record is the same in whatever order the ends arrive.
 */
export function reasonRank (reason: string | undefined): number {
  if (reason === 'ended_by_user') return 3
  if (reason === undefined || reason === 'connection_lost' || reason === 'shutdown' || reason === 'never_connected') return 0
  return reason.startsWith('twilio_') ? 1 : 2
}
