import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import { ScheduledCallSchema } from '../store/scheduled-calls.ts'
import { clearable, crudRoutes, strictBody, withoutNulls } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { idempotent } from './idempotency.ts'
import { checkPhoneNumber } from './phone-number.ts'

const { callType, fromPhoneNumberId, toPhoneNumbers, status, retry } = ScheduledCallSchema.properties
const promptId = Type.String({ minLength: 1, maxLength: 64, description: 'Required for an ai call; its content is copied' })
const scheduledDateTime = Type.String({ format: 'date-time' })

/** Between a person's click and our clock some time may pass. */
const GRACE_MS = 60_000

/** Calls to be made later. */
export const scheduledCallRoutes: FastifyPluginAsync<ApiOptions> = async (app, { deps }) => {
  const { stores: { scheduledCalls, phones, prompts, dials }, clock } = deps

  const checkTime = (time: string): void => {
    if (!(new Date(time).getTime() >= clock.now() - GRACE_MS)) throw invalid('scheduledDateTime', 'scheduledDateTime is in the past.')
  }

  /** A prompt's content as it is now, which later edits of the prompt leave alone. */
  const copyPrompt = async (userId: string, promptId: string): Promise<{ promptId: string, promptContent: string }> => {
    const prompt = await prompts.find(userId, promptId)
    if (prompt === undefined) throw invalid('promptId', 'promptId is none of your prompts.')
    return { promptId, promptContent: prompt.content }
  }

  /** The number to call from is a live phone of the same user, and stays so until the schedule is stored. */
  const withPhone = async <T> (userId: string, phoneId: string, work: () => Promise<T>): Promise<T> => {
    const done = await phones.using(userId, { _id: phoneId }, async () => ({ result: await work() }))
    if (done === undefined) throw invalid('fromPhoneNumberId', 'fromPhoneNumberId is none of your phone numbers.')
    return done.result
  }

  crudRoutes(app, {
    one: 'scheduledCall',
    aOne: 'a scheduled call',
    many: 'scheduledCalls',
    tag: 'Scheduled calls',
    schema: Type.Omit(ScheduledCallSchema, ['isDeleted']),
    createBody: strictBody({ callType, fromPhoneNumberId, toPhoneNumbers, scheduledDateTime, promptId: Type.Optional(promptId), retry }),
    changeBody: strictBody({
      callType: Type.Optional(callType),
      fromPhoneNumberId: Type.Optional(fromPhoneNumberId),
      toPhoneNumbers: Type.Optional(toPhoneNumbers),
      scheduledDateTime: Type.Optional(scheduledDateTime),
      promptId: clearable(promptId),
      retry: clearable(retry)
    }),
    filters: { status: Type.Optional(status), callType: Type.Optional(callType), fromPhoneNumberId: Type.Optional(fromPhoneNumberId) },
    sorts: ['scheduledDateTime'],
    find: scheduledCalls.find,
    list: scheduledCalls.list,
    idempotency: idempotent(deps),
    async create (userId, { promptId, scheduledDateTime, ...fields }, id) {
      checkNumbers(fields.toPhoneNumbers)
      checkTime(scheduledDateTime)
      checkPrompt(fields.callType, promptId)
      const prompt = promptId === undefined ? {} : await copyPrompt(userId, promptId)
      return await withPhone(userId, fields.fromPhoneNumberId, () =>
        scheduledCalls.create(userId, { ...fields, ...prompt, scheduledDateTime: new Date(scheduledDateTime) }, id))
    },
    async change (userId, id, { promptId, scheduledDateTime, ...given }) {
      const fields = withoutNulls(given)
      checkNumbers(fields.toPhoneNumbers ?? [])
      if (scheduledDateTime !== undefined) checkTime(scheduledDateTime)
      for (;;) {
        const stored = await scheduledCalls.find(userId, id)
        if (stored === undefined) return undefined
        if (stored.status !== 'pending') throw new EarshotError('conflict', 'Only a pending schedule can be changed.')
        checkPrompt(fields.callType ?? stored.callType, promptId === undefined ? stored.promptId : promptId)
        const prompt = promptId === null ? { promptId: undefined, promptContent: undefined } : promptId === undefined ? {} : await copyPrompt(userId, promptId)
        const time = scheduledDateTime === undefined ? {} : { scheduledDateTime: new Date(scheduledDateTime) }
        // What was checked must still hold when it is changed: else all is looked at anew.
        const asChecked = { status: 'pending', callType: stored.callType, promptId: stored.promptId ?? { $exists: false } }
        const changed = await withPhone(userId, fields.fromPhoneNumberId ?? stored.fromPhoneNumberId, () =>
          scheduledCalls.update(userId, id, { ...fields, ...prompt, ...time }, asChecked))
        if (changed !== undefined) return changed
      }
    },
    async remove (userId, id) {
      const removed = await scheduledCalls.remove(userId, id)
      // What was about to be called is not, and takes nobody's place.
      if (removed) await dials.failOpen(id, 'The schedule was cancelled.')
      return removed
    }
  })
}

const checkNumbers = (toPhoneNumbers: readonly string[]): void => {
  for (const [n, phoneNumber] of toPhoneNumbers.entries()) checkPhoneNumber(phoneNumber, `toPhoneNumbers.${n}`)
}

const checkPrompt = (callType: string, promptId: string | null | undefined): void => {
  if (callType === 'ai' && (promptId === undefined || promptId === null)) throw invalid('promptId', 'promptId is required for an ai call.')
}

const invalid = (field: string, message: string): EarshotError => new EarshotError('invalid', message, { field })
