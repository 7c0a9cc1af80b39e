import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import { Rounds } from '../rounds.ts'
import { CHECK_EVERY_MS, type CallRecord } from '../store/calls.ts'
import { isAnsweredBy, isTerminal } from '../store/carrier.ts'
import type { Stores } from '../store/stores.ts'
import { accountOfCall } from './account.ts'
import { carrierEnd } from './carrier-end.ts'
import type { LiveCalls } from './live-calls.ts'
import type { FetchedCall, TwilioRest } from './rest.ts'

export interface ReaperDeps {
  clock: Clock
  stores: Pick<Stores, 'calls' | 'phones'>
  rest: Pick<TwilioRest, 'fetchCall' | 'completeCall'>
  liveCalls: Pick<LiveCalls, 'find'>
  log: FastifyBaseLogger
}

/** A call whose stream never began shows as live for at most this much longer than its token is good for. */
const EVERY_MS = 30_000
/** Requests to Twilio in a round, one after the other: the rest waits for the next round, here or on another process. */
const MAX_CHECKS = 100
/** Longer than a request to Twilio takes: after this another process may ask. */
const LEASE_MS = 60_000
/** When it could not be asked, or had to be told to end the call. */
const AGAIN_MS = 60_000
/** No call of any account lasts longer (https://www.twilio.com/docs/voice/api/call-resource, TimeLimit): one that nothing can be learnt of for so long is over. */
const GIVE_UP_MS = 24 * 3_600_000
/** What has no price by then has none. */
const PRICED_AFTER_MS = 30 * 60_000
/** What Twilio answers when it is asked is newer than any callback. */
const NEWEST = Number.MAX_SAFE_INTEGER

/**
 * Brings records and Twilio together again, whatever got lost: the callback that tells a call's end, the process that carried it, the request that was
 * to end it. Any number of processes may do so on one database: each call is asked about by one of them at a time.
 */
export class Reaper extends Rounds {
  readonly #deps: ReaperDeps

  constructor (deps: ReaperDeps) {
    super(deps.clock, EVERY_MS, () => this.work(), (err) => deps.log.warn({ err }, 'calls could not be compared with Twilio'))
    this.#deps = deps
  }

  /** One round. @throws EarshotError `store_unavailable` */
  async work (): Promise<void> {
    const { stores: { calls }, clock, log } = this.#deps
    const ended = await calls.completeUnconnected(new Date(clock.now()))
    if (ended > 0) log.warn({ ended }, 'calls whose stream never began')
    // An account that Twilio does not answer for now is left alone until the next round.
    const silent = new Set<string>()
    for (let n = 0; n < MAX_CHECKS && !this.stopped; n++) {
      const call = await calls.claimCheck(LEASE_MS)
      if (call === undefined) return
      await this.#check(call, silent)
    }
  }

  async #check (call: CallRecord, silent: Set<string>): Promise<void> {
    const { stores, liveCalls, rest, log } = this.#deps
    const { call_sid: callSid } = call
    if (call.status === 'active' && liveCalls.find(callSid) !== undefined) return await this.#again(callSid, CHECK_EVERY_MS)
    const account = await accountOfCall(stores, call)
    if (account === undefined) return await this.#forget(call)
    if (silent.has(account.accountSid)) return await this.#again(callSid, AGAIN_MS)
    try {
      const carrier = await rest.fetchCall(account, callSid)
      if (carrier === undefined) await this.#forget(call)
      else if (isTerminal(carrier.status)) await this.#over(call, carrier)
      else await this.#goesOn(call, carrier, async () => { await rest.completeCall(account, callSid) })
    } catch (err) {
      if (!(err instanceof EarshotError)) throw err
      log.warn({ err, callSid }, 'Twilio could not be asked about a call')
      silent.add(account.accountSid)
      await this.#unknown(call)
    }
  }

  async #over (call: CallRecord, carrier: FetchedCall): Promise<void> {
    const { stores: { calls }, clock, log } = this.#deps
    const { status, endedAt, durationSeconds, price, priceUnit, answeredBy } = carrier
    if (isAnsweredBy(answeredBy)) await calls.noteAnsweredBy(call.call_sid, answeredBy)
    if (call.status === 'active') log.warn({ callSid: call.call_sid, status }, 'the end of a call was missed')
    const ended = carrierEnd(endedAt, clock)
    await calls.noteCarrier(call.call_sid, {
      status,
      sequence: NEWEST,
      endedAt: ended,
      details: {
        ...(durationSeconds !== undefined && { carrier_duration_seconds: durationSeconds }),
        ...(price !== undefined && { price }),
        ...(priceUnit !== undefined && { price_unit: priceUnit })
      }
    })
    if (price === undefined && clock.now() - ended.getTime() > PRICED_AFTER_MS) await calls.checkAt(call.call_sid, undefined)
  }

  /** A transferred call goes on without us; any other that is over here is ended, also one that was cut off and not taken up again. */
  async #goesOn (call: CallRecord, { status }: FetchedCall, end: () => Promise<void>): Promise<void> {
    const { stores: { calls }, log } = this.#deps
    await calls.noteCarrier(call.call_sid, { status, sequence: NEWEST })
    if (call.status === 'active' || call.end_reason === 'transferred') return await this.#again(call.call_sid, CHECK_EVERY_MS)
    log.warn({ callSid: call.call_sid }, 'a call that is over went on at Twilio')
    await end()
    await this.#again(call.call_sid, AGAIN_MS)
  }

  /** Twilio knows nothing of it, or cannot be asked any more. */
  async #forget ({ call_sid: callSid, status }: CallRecord): Promise<void> {
    const { stores: { calls }, clock } = this.#deps
    if (status === 'active') await calls.complete(callSid, { end_time: new Date(clock.now()), end_reason: 'connection_lost' })
    await calls.checkAt(callSid, undefined)
  }

  async #unknown (call: CallRecord): Promise<void> {
    if (this.#deps.clock.now() - call.start_time.getTime() > GIVE_UP_MS) await this.#forget(call)
    else await this.#again(call.call_sid, AGAIN_MS)
  }

  async #again (callSid: string, afterMs: number): Promise<void> {
    const { stores: { calls }, clock } = this.#deps
    await calls.checkAt(callSid, new Date(clock.now() + afterMs))
  }
}
