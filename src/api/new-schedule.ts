import { Type, type Static } from 'typebox'
import { EarshotError } from '../errors.ts'
import { firstOccurrence } from '../scheduler/recurrence.ts'
import { createId } from '../store/id.ts'
import type { PhoneRecord } from '../store/phones.ts'
import { ScheduledCallSchema, type Recurrence, type ScheduledCallRecord } from '../store/scheduled-calls.ts'
import { strictBody } from './crud.ts'
import type { ApiDeps } from './deps.ts'
import { checkPhoneNumber } from './phone-number.ts'

const { callType, fromPhoneNumberId, toPhoneNumbers, detectMachines, retry, recurrence } = ScheduledCallSchema.properties
const { rule, timeZone } = recurrence.properties

export const PromptId = Type.String({ minLength: 1, maxLength: 64, description: 'Required for an ai call; its content is copied' })
export const ScheduledDateTime = Type.String({ format: 'date-time', description: 'Of a recurring schedule: not before this; the rule says when' })
export const RecurrenceRule = { ...strictBody({ rule, timeZone }), description: 'When it is kept again; left out: never' }

export const NewSchedule = strictBody({
  callType,
  fromPhoneNumberId,
  toPhoneNumbers,
  scheduledDateTime: ScheduledDateTime,
  promptId: Type.Optional(PromptId),
  detectMachines,
  retry,
  recurrence: Type.Optional(RecurrenceRule)
})

/** Between a person's click and our clock some time may pass. */
export const GRACE_MS = 60_000

type Deps = Pick<ApiDeps, 'stores' | 'clock'>

/** Checks and stores a schedule. @param id of the document, when the request may come again @throws EarshotError `invalid`, naming the field */
export async function createSchedule (deps: Deps, userId: string, body: Static<typeof NewSchedule>, id = createId(deps.clock.now())): Promise<ScheduledCallRecord> {
  const { promptId, scheduledDateTime, recurrence, ...fields } = body
  checkNumbers(fields.toPhoneNumbers)
  checkTime(deps, scheduledDateTime)
  checkPrompt(fields.callType, promptId)
  checkDetection(fields.callType, fields.detectMachines)
  const when = await timesOf(new Date(scheduledDateTime), recurrence)
  const prompt = promptId === undefined ? {} : await copyPrompt(deps, userId, promptId)
  return await withPhone(deps, userId, fields.fromPhoneNumberId, () =>
    deps.stores.scheduledCalls.create(userId, { ...fields, ...prompt, ...when, ...(recurrence && { seriesId: id }) }, id))
}

/** When a schedule is kept, first. */
export async function timesOf (startsAt: Date, given?: Omit<Recurrence, 'startsAt'>): Promise<{ scheduledDateTime: Date, recurrence?: Recurrence, occurrenceAt?: Date }> {
  if (given === undefined) return { scheduledDateTime: startsAt }
  const recurrence = { ...given, startsAt }
  const first = await firstOccurrence(recurrence)
  return { scheduledDateTime: first, occurrenceAt: first, recurrence }
}

export function checkTime ({ clock }: Deps, time: string): void {
  if (!(new Date(time).getTime() >= clock.now() - GRACE_MS)) throw invalid('scheduledDateTime', 'scheduledDateTime is in the past.')
}

/** A prompt's content as it is now, which later edits of the prompt leave alone. */
export async function copyPrompt ({ stores: { prompts } }: Deps, userId: string, promptId: string): Promise<{ promptId: string, promptContent: string }> {
  const prompt = await prompts.find(userId, promptId)
  if (prompt === undefined) throw invalid('promptId', 'promptId is none of your prompts.')
  return { promptId, promptContent: prompt.content }
}

/** The number to call from is a live phone of the same user, and stays so until the schedule is stored. */
export async function withPhone<T> ({ stores: { phones } }: Deps, userId: string, phoneId: string, work: (phone: PhoneRecord) => Promise<T>): Promise<T> {
  const done = await phones.using(userId, { _id: phoneId }, async (phone) => ({ result: await work(phone) }))
  if (done === undefined) throw invalid('fromPhoneNumberId', 'fromPhoneNumberId is none of your phone numbers.')
  return done.result
}

export function checkNumbers (toPhoneNumbers: readonly string[]): void {
  for (const [n, phoneNumber] of toPhoneNumbers.entries()) checkPhoneNumber(phoneNumber, `toPhoneNumbers.${n}`)
}

export function checkPrompt (callType: string, promptId: string | null | undefined): void {
  if (callType === 'ai' && (promptId === undefined || promptId === null)) throw invalid('promptId', 'promptId is required for an ai call.')
}

/** Twilio reads a normal call's message out whoever answers. */
export function checkDetection (callType: string, detectMachines: boolean | undefined): void {
  if (callType === 'normal' && detectMachines !== undefined) throw invalid('detectMachines', 'detectMachines is not for a call of type normal.')
}

const invalid = (field: string, message: string): EarshotError => new EarshotError('invalid', message, { field })
