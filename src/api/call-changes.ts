import type { CallRecord } from '../store/calls.ts'
import { HIDDEN_CALL_FIELDS } from '../store/carrier.ts'

/** What of a call somebody who watches has been told. */
interface Told { turns: number, ended: boolean }

/** What has happened, as it is told: a name and its content. */
export interface CallChange {
  event: 'call' | 'turn' | 'end'
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

  /** @param calls all that may have changed; whatever is over and no longer among them is forgotten */
  next (calls: readonly CallRecord[]): CallChange[] {
    for (const [id, { ended }] of this.#told) if (ended && !calls.some(({ _id }) => _id === id)) this.#told.delete(id)
    return calls.flatMap((call) => this.#changesOf(call))
  }

  #changesOf (call: CallRecord): CallChange[] {
    const { _id, transcript, turn_count: turns, status } = call
    const told = this.#told.get(_id)
    const ended = status === 'completed'
    this.#told.set(_id, { turns, ended })
    return [
      // A call that was cut and is resumed begins anew for who watches.
      ...(told === undefined || (told.ended && !ended) ? [{ event: 'call' as const, data: { call: withoutTranscript(call) } }] : []),
      ...transcript.slice(told?.turns ?? 0).map((turn, n) => {
        const index = (told?.turns ?? 0) + n
        return { event: 'turn' as const, id: String(index), data: { call_id: _id, index, turn } }
      }),
      ...(ended && told?.ended !== true ? [{ event: 'end' as const, data: { call: withoutTranscript(call) } }] : [])
    ]
  }
}

const withoutTranscript = (call: CallRecord): object => Object.fromEntries(Object.entries(call).filter(([field]) => !LEFT_OUT.has(field)))

const LEFT_OUT = new Set<string>(['transcript', ...HIDDEN_CALL_FIELDS])
