import { Type, type Static, type TSchema } from 'typebox'
import { CallSchema, TurnSchema, type CallRecord } from '../store/calls.ts'
import { MessageSchema, type MessageRecord } from '../store/messages.ts'
import { asRecord } from '../store/owned-store.ts'
import { Timestamp } from '../store/record.ts'
import { ScheduledCallSchema, type ScheduledCallRecord } from '../store/scheduled-calls.ts'
import type { EventType } from '../store/webhooks.ts'

const Call = Type.Omit(CallSchema, ['stream_token_hash', 'stream_token_expires_at'])
const StartedCall = Type.Pick(CallSchema, ['_id', 'call_sid', 'from_number', 'to_number', 'agent_id', 'session_id', 'start_time', 'direction'])
const ScheduledCall = Type.Omit(ScheduledCallSchema, ['isDeleted'])

const event = <Name extends EventType | 'webhook.test', Data extends TSchema> (type: Name, data: Data) =>
  Type.Object({ type: Type.Literal(type), timestamp: Timestamp, data })

/** What is sent, by type. */
export const EVENTS = {
  'call.started': event('call.started', Type.Object({ call: StartedCall })),
  'call.turn': event('call.turn', Type.Object({ call: StartedCall, index: Type.Integer({ minimum: 0, description: 'The place in the transcript' }), turn: TurnSchema })),
  'call.ended': event('call.ended', Type.Object({ call: Call })),
  'message.received': event('message.received', Type.Object({ message: MessageSchema })),
  'schedule.finished': event('schedule.finished', Type.Object({ scheduledCall: ScheduledCall })),
  'webhook.test': event('webhook.test', Type.Object({ webhookId: Type.String() }))
}

/** An event with what identifies it: its id is the same whoever derives it from the record, and whenever. */
export interface WebhookEvent {
  id: string
  type: EventType | 'webhook.test'
  subjectId: string
  sequence: number
  body: string
}

const make = <Name extends keyof typeof EVENTS> (type: Name, subjectId: string, sequence: number, timestamp: Date, data: Static<typeof EVENTS[Name]>['data'], suffix: string): WebhookEvent =>
  ({ id: `evt_${subjectId}_${suffix}`, type, subjectId, sequence, body: JSON.stringify({ type, timestamp, data }) })

const started = (call: CallRecord) => asRecord<Static<typeof StartedCall>>(StartedCall, call)

export const callStarted = (call: CallRecord): WebhookEvent => make('call.started', call._id, 0, call.start_time, { call: started(call) }, 'started')

export const callTurns = (call: CallRecord): WebhookEvent[] => call.transcript.map((turn, index) =>
  make('call.turn', call._id, index + 1, turn.timestamp, { call: started(call), index, turn }, `turn_${index}`))

export const callEnded = (call: CallRecord): WebhookEvent =>
  make('call.ended', call._id, Number.MAX_SAFE_INTEGER, call.end_time ?? call.updated_at, { call: asRecord<Static<typeof Call>>(Call, call) }, `ended_${call.resume_count ?? 0}`)

export const messageReceived = (message: MessageRecord): WebhookEvent =>
  make('message.received', message._id, 0, message.created_at, { message: asRecord<MessageRecord>(MessageSchema, message) }, 'received')

export const scheduleFinished = (schedule: ScheduledCallRecord): WebhookEvent =>
  make('schedule.finished', schedule._id, 0, schedule.updated_at, { scheduledCall: asRecord<Static<typeof ScheduledCall>>(ScheduledCall, schedule) }, 'finished')

export const webhookTest = (webhookId: string, id: string, at: Date): WebhookEvent => make('webhook.test', id, 0, at, { webhookId }, 'test')
