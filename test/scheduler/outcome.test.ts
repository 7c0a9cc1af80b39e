import { outcomeOf } from '../../src/scheduler/outcome.ts'
import { eachStores } from '../support/engines.ts'

const DIAL = { userId: 'ann', key: 'k', callType: 'normal', fromPhoneNumberId: 'p', fromNumber: '+14155550123', toNumber: '+14155550100' } as const

eachStores('what became of a dial', async (t, { stores: { dials, calls }, clock }) => {
  const { dial } = await dials.create(DIAL)
  const outcome = async (endReason?: string) => {
    const callSid = `CA${endReason}`
    const { call } = await calls.create({ userId: 'ann', call_sid: callSid, from_number: DIAL.fromNumber, to_number: DIAL.toNumber, agent_id: '', session_id: 's', start_time: new Date(clock.now()) })
    const ended = endReason === undefined ? call : await calls.complete(callSid, { end_time: new Date(clock.now()), end_reason: endReason })
    return (afterMs = 0) => outcomeOf(dial, ended, clock.now() + afterMs)?.outcome
  }
  t.equal(outcomeOf(dial, undefined, clock.now()), undefined)
  for (const status of ['busy', 'no-answer', 'canceled', 'failed']) t.equal((await outcome(`twilio_${status}`))(), status)
  t.equal((await outcome('caller_hung_up'))(), 'reached')
  t.equal((await outcome('twilio_completed'))(), 'reached')
  t.equal((await outcome('never_connected'))(), undefined, 'Twilio will tell')
  t.equal((await outcome('never_connected'))(5 * 3_600_000), 'unknown')
  await calls.noteCarrier('CAnever_connected', { status: 'no-answer', sequence: 3, endedAt: new Date(clock.now()) })
  t.equal(outcomeOf(dial, await calls.findBySid('CAnever_connected'), clock.now())?.outcome, 'no-answer')
  for (const [answeredBy, endReason, expected] of [
    ['human', 'caller_hung_up', 'reached'], ['unknown', 'agent_ended', 'reached'], ['machine_end_beep', 'voicemail_left', 'voicemail'], ['machine_start', 'answering_machine', 'machine'],
    ['fax', 'answering_machine', 'machine'], ['machine_end_silence', 'caller_hung_up', 'machine'], ['machine_end_beep', 'twilio_completed', undefined], ['machine_end_beep', 'twilio_busy', 'busy']
  ] as const) {
    const callSid = `CA${answeredBy}${endReason}`
    await calls.create({ userId: 'ann', call_sid: callSid, from_number: DIAL.fromNumber, to_number: DIAL.toNumber, agent_id: 'a', session_id: 's', start_time: new Date(clock.now()) })
    await calls.noteAnsweredBy(callSid, answeredBy)
    const call = await calls.complete(callSid, { end_time: new Date(clock.now()), end_reason: endReason })
    t.equal(outcomeOf(dial, call, clock.now())?.outcome, expected, `${answeredBy}, ${endReason}`)
    if (expected === undefined) t.equal(outcomeOf(dial, call, clock.now() + 61_000)?.outcome, 'machine', 'the stream that could tell of a message is silent')
  }
  const active = await outcome()
  t.equal(active(), undefined)
  t.equal(active(5 * 3_600_000), 'unknown', 'its end was missed')
  const retry = { on: ['busy' as const], count: 2, delayMinutes: 5 }
  const busy = (attempt: number) => ({ ...dial, attempt })
  const call = await calls.findBySid('CAtwilio_busy')
  const againAt = new Date(clock.now() + 5 * 60_000)
  t.match([1, 2, 3].map((attempt) => outcomeOf(busy(attempt), call, clock.now(), retry)?.nextAttemptAt), [againAt, againAt, undefined])
  t.equal(outcomeOf(dial, await calls.findBySid('CAtwilio_failed'), clock.now(), retry)?.nextAttemptAt, undefined)
  t.match(outcomeOf({ ...dial, state: 'failed', failure: 'why' }, undefined, clock.now()), { outcome: 'refused', reason: 'why', phoneNumber: DIAL.toNumber })
})
