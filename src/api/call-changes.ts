import type { CallActivity } from '../call/state.ts'
import type { CallRecord } from '../store/calls.ts'
import { HIDDEN_CALL_FIELDS } from '../store/carrier.ts'
import { sameActivity } from '../twilio/call-activity.ts'

/** What of a call somebody who watches has been told. */
interface Told { turns: number, ended: boolean, activity?: CallActivity }

/** What has happened, as it is told: a name and its content. */
export interface CallChange {
  event: 'call' | 'turn' | 'activity' | 'end'
  /** Of a turn: its number in the call, from 0. */
  id?: string
  data: object
}

/** Finds out what is new in calls by comparing them with what has been told of them: whichever process carries a call, its record is what all see. */
export class CallChanges {
  readonly #told = new Map<string, Told>()

  /** What has happened already is not told. */
  skip (calls: readonly CallRecord[]): void {
    for (const { _id, turn_count: turns, status } of calls) this.#told.set(_id, { turns, ended: status === 'completed' })
  }

  /**
   * @param calls all that may have changed; whatever is over and no longer among them is forgotten
   * @param activities what goes on in them, by call_sid; looked at before the records, so that words which become a turn do not vanish before the turn is told
   */
  next (calls: readonly CallRecord[], activities: ReadonlyMap<string, CallActivity>): CallChange[] {
    for (const [id, { ended }] of this.#told) if (ended && !calls.some(({ _id }) => _id === id)) this.#told.delete(id)
    return calls.flatMap((call) => this.#changesOf(call, call.status === 'active' ? activities.get(call.call_sid) : undefined))
  }

  #changesOf (call: CallRecord, activity: CallActivity | undefined): CallChange[] {
    const { _id, transcript, turn_count: turns, status } = call
    const told = this.#told.get(_id)
    const ended = status === 'completed'
    const goesOn = activity ?? told?.activity
    this.#told.set(_id, { turns, ended, ...(goesOn && { activity: goesOn }) })
    return [
      // A call that was cut and is resumed begins anew for who watches.
      ...(told === undefined || (told.ended && !ended) ? [{ event: 'call' as const, data: { call: withoutTranscript(call) } }] : []),
      ...transcript.slice(told?.turns ?? 0).map((turn, n) => {
        const index = (told?.turns ?? 0) + n
        return { event: 'turn' as const, id: String(index), data: { call_id: _id, index, turn } }
      }),
      ...(activity !== undefined && !sameActivity(activity, told?.activity) ? [{ event: 'activity' as const, data: { call_id: _id, ...activity } }] : []),
      ...(ended && told?.ended !== true ? [{ event: 'end' as const, data: { call: withoutTranscript(call) } }] : [])
    ]
  }
}

const withoutTranscript = (call: CallRecord): object => Object.fromEntries(Object.entries(call).filter(([field]) => !LEFT_OUT.has(field)))

const LEFT_OUT = new Set<string>(['transcript', ...HIDDEN_CALL_FIELDS])
