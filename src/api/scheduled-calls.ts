import type { FastifyPluginAsync } from 'fastify'
import { Type, type Static } from 'typebox'
import { EarshotError } from '../errors.ts'
import { continueSeries } from '../scheduler/series.ts'
import { ScheduledCallSchema, type ScheduledCallRecord } from '../store/scheduled-calls.ts'
import { identityOf } from './authentication.ts'
import { clearable, crudRoutes, strictBody, withoutNulls } from './crud.ts'
import type { ApiOptions } from './deps.ts'
import { idempotent } from './idempotency.ts'
import { idParams } from './lists.ts'
import { checkDetection, checkNumbers, checkPrompt, checkTime, copyPrompt, createSchedule, GRACE_MS, NewSchedule, PromptId, RecurrenceRule, ScheduledDateTime, timesOf, withPhone } from './new-schedule.ts'
import { replies } from './replies.ts'

const { callType, fromPhoneNumberId, toPhoneNumbers, status, detectMachines, retry, seriesId } = ScheduledCallSchema.properties
const tags = ['Scheduled calls']
/** A schedule as it is shown. */
export const ScheduledCall = Type.Omit(ScheduledCallSchema, ['isDeleted'], { title: 'ScheduledCall', additionalProperties: false })
const one = replies(200, { scheduledCall: ScheduledCall })

const Change = strictBody({
  callType: Type.Optional(callType),
  fromPhoneNumberId: Type.Optional(fromPhoneNumberId),
  toPhoneNumbers: Type.Optional(toPhoneNumbers),
  scheduledDateTime: Type.Optional(ScheduledDateTime),
  promptId: clearable(PromptId),
  detectMachines: clearable(detectMachines),
  retry: clearable(retry),
  recurrence: clearable(RecurrenceRule)
})

/** Calls to be made later. */
export const scheduledCallRoutes: FastifyPluginAsync<ApiOptions> = async (app, { deps }) => {
  const { stores: { scheduledCalls, dials }, clock } = deps

  const change = async (userId: string, id: string, { promptId, scheduledDateTime, recurrence, ...given }: Static<typeof Change>) => {
    const fields = withoutNulls(given)
    checkNumbers(fields.toPhoneNumbers ?? [])
    if (scheduledDateTime !== undefined) checkTime(deps, scheduledDateTime)
    for (;;) {
      const stored = await scheduledCalls.find(userId, id)
      if (stored === undefined) return undefined
      if (stored.status !== 'pending') throw new EarshotError('conflict', 'Only a pending schedule can be changed.')
      checkDetection(fields.callType ?? stored.callType, 'detectMachines' in fields ? fields.detectMachines : stored.detectMachines)
      checkPrompt(fields.callType ?? stored.callType, promptId === undefined ? stored.promptId : promptId)
      const prompt = promptId === null ? { promptId: undefined, promptContent: undefined } : promptId === undefined ? {} : await copyPrompt(deps, userId, promptId)
      const time = scheduledDateTime === undefined ? {} : { scheduledDateTime: new Date(scheduledDateTime) }
      // What was checked must still hold when it is changed: else all is looked at anew.
      const asChecked = { status: 'pending', callType: stored.callType, detectMachines: stored.detectMachines ?? { $exists: false }, promptId: stored.promptId ?? { $exists: false }, ...(recurrence !== undefined && { results: { $exists: false } }) }
      const changes = { ...fields, ...prompt, ...time, ...await newRecurrence({ ...stored, ...time }, recurrence) }
      const changed = await withPhone(deps, userId, fields.fromPhoneNumberId ?? stored.fromPhoneNumberId, () => scheduledCalls.update(userId, id, changes, asChecked))
      if (changed !== undefined) return changed
    }
  }

  /** Cancels: what was about to be called is not, and takes nobody's place. */
  const cancelled = async ({ _id }: ScheduledCallRecord) => await dials.failOpen(_id, 'The schedule was cancelled.')

  crudRoutes(app, {
    one: 'scheduledCall',
    aOne: 'a scheduled call',
    many: 'scheduledCalls',
    tag: 'Scheduled calls',
    schema: ScheduledCall,
    createBody: NewSchedule,
    changeBody: Change,
    filters: { status: Type.Optional(status), callType: Type.Optional(callType), fromPhoneNumberId: Type.Optional(fromPhoneNumberId), seriesId },
    sorts: ['scheduledDateTime'],
    find: scheduledCalls.find,
    list: scheduledCalls.list,
    idempotency: idempotent(deps),
    create: (userId, body, id) => createSchedule(deps, userId, body, id),
    change,
    async remove (userId, id) {
      const stored = await scheduledCalls.find(userId, id)
      if (stored === undefined) return false
      // Of a series this one alone is cancelled: what follows it must be there before it goes.
      if (stored.status === 'pending') await continueSeries(deps, stored)
      const removed = await scheduledCalls.remove(userId, id)
      if (removed) await cancelled(stored)
      return removed
    },
    async restore (userId, id) {
      const removed = await scheduledCalls.findRemoved(userId, id)
      if (removed?.status !== 'pending') return await scheduledCalls.restore(userId, id)
      // Nobody expects calls at once of what was cancelled long ago; what was about to be called may go on.
      const passed = removed.scheduledDateTime.getTime() < clock.now() && removed.updated_at.getTime() < clock.now() - GRACE_MS
      if (passed) throw new EarshotError('conflict', 'Its time has passed meanwhile. Schedule it anew.')
      return await withPhone(deps, userId, removed.fromPhoneNumberId, () => scheduledCalls.restore(userId, id))
    }
  })

  app.delete<{ Params: Static<typeof idParams> }>('/:id/series', {
    schema: { tags, summary: 'Cancel a series', description: 'Cancels what is pending of the series that this schedule is an occurrence of; nothing follows.', params: idParams, response: replies(200, {}) }
  }, async (request) => {
    const { userId } = identityOf(request)
    const stored = await scheduledCalls.find(userId, request.params.id)
    if (stored === undefined) throw new EarshotError('not_found')
    if (stored.seriesId === undefined) throw new EarshotError('conflict', 'This schedule does not recur.')
    for (const removed of await scheduledCalls.endSeries(userId, stored.seriesId)) await cancelled(removed)
    return { success: true as const }
  })

  app.post<{ Params: Static<typeof idParams> }>('/:id/run', {
    schema: { tags, summary: 'Run a schedule now', description: 'Makes a pending schedule due. One that is due already stays as it is, so asking twice runs it once. Night stays night where the callee is.', params: idParams, response: one }
  }, async (request) => {
    const { userId } = identityOf(request)
    const { id } = request.params
    const now = new Date(clock.now())
    const scheduledCall = await scheduledCalls.update(userId, id, { scheduledDateTime: now }, { status: 'pending', scheduledDateTime: { $gt: now } }) ?? await scheduledCalls.find(userId, id)
    if (scheduledCall === undefined) throw new EarshotError('not_found')
    if (scheduledCall.status !== 'pending') throw new EarshotError('conflict', 'This schedule has been kept already.')
    return { success: true as const, scheduledCall }
  })
}

/** What a change of the rule means: a new rule begins with this occurrence; without one, nothing follows it. */
async function newRecurrence (stored: ScheduledCallRecord, recurrence: Static<typeof RecurrenceRule> | null | undefined) {
  if (recurrence === undefined) return {}
  if (stored.results !== undefined) throw new EarshotError('conflict', 'This occurrence has begun; change the next one.')
  return recurrence === null ? { recurrence: undefined, occurrenceAt: undefined } : { ...await timesOf(stored.scheduledDateTime, recurrence), seriesId: stored.seriesId ?? stored._id }
}
