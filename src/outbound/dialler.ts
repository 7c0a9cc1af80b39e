import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import { publicUrl, type Config } from '../config.ts'
import { EarshotError } from '../errors.ts'
import type { CallRecord } from '../store/calls.ts'
import type { DialRecord } from '../store/dials.ts'
import type { Stores } from '../store/stores.ts'
import { accountOf } from '../twilio/account.ts'
import { CLOCK_SKEW_MS, SETTLE_MS, type TwilioAccount, type TwilioRest } from '../twilio/rest.ts'
import { isAmbiguous } from '../twilio/rest-errors.ts'
import { checkCaps, checkDial, QuietHoursError } from './guard.ts'
import { detectionFor } from './machine-detection.ts'
import { recordCall } from './record-call.ts'

export interface DiallerDeps {
  config: Config
  clock: Clock
  stores: Stores
  rest: TwilioRest
  log: FastifyBaseLogger
}

/** Places calls from stored intents, each at most once whatever fails on the way. */
export class Dialler {
  readonly #deps: DiallerDeps

  constructor (deps: DiallerDeps) {
    this.#deps = deps
  }

  /**
   * Brings a dial to its end: a call, or a failure that is noted on it. May be called again after anything, also after the death of the process
   * that did it before, and goes on from what is stored and from Twilio's list of calls. A schedule's dial at a time of the day
   * when nobody is called there is taken back instead: it may be made later.
   * @throws EarshotError `rate_limited`, `provider_rate_limited` when it may be placed later; `provider_timeout` while it is not known whether there is a
   * call; else why there will be none
   */
  async place (dial: DialRecord): Promise<CallRecord> {
    try {
      return await this.#place(dial)
    } catch (error) {
      const { dials } = this.#deps.stores
      const mayComeLater = error instanceof QuietHoursError && error.openAtMs !== undefined && dial.scheduledCallId !== undefined
      if (mayComeLater) await (dial.state === 'asking' ? dials.unask(dial) : dials.withdraw(dial))
      else if (error instanceof EarshotError && !error.retryable && error.code !== 'conflict') await dials.fail(dial._id, error.message)
      throw error
    }
  }

  /** Notes which call a dial has got. Undefined: it has another one already. */
  async bind (dial: DialRecord, callSid: string): Promise<CallRecord | undefined> {
    const { dials } = this.#deps.stores
    const bound = await dials.bind(dial._id, callSid)
    if (bound?.callSid !== callSid) return undefined
    const call = await recordCall(this.#deps, bound, callSid)
    if (bound.state !== 'placed') await dials.placed(bound._id)
    return call
  }

  /** Brings the dials of requests whose answers got lost, or whose process died, to their end. */
  async settleLost (): Promise<void> {
    const { stores, clock, log } = this.#deps
    for (const dial of await stores.dials.lost(new Date(clock.now() - SETTLE_MS))) {
      try {
        if (dial.callSid !== undefined) await this.bind(dial, dial.callSid)
        else if (dial.state === 'intended') await stores.dials.fail(dial._id, 'Twilio was not asked in time.')
        else if (await this.#lookUp(dial) === undefined) await stores.dials.fail(dial._id, 'Twilio did not answer, and has made no call.')
      } catch (err) {
        log.warn({ err, dialId: dial._id, callSid: dial.callSid }, 'a dial could not be looked up')
      }
    }
  }

  async #place (dial: DialRecord): Promise<CallRecord> {
    const { stores, clock } = this.#deps
    const { callSid } = dial
    if (dial.state === 'failed') throw new EarshotError('conflict', `This call was not placed: ${dial.failure}`)
    const known = callSid === undefined ? undefined : await this.bind(dial, callSid)
    if (known !== undefined) return known
    if (dial.state === 'asking') {
      const call = await this.#lookUp(dial)
      if (call !== undefined) return call
      if (clock.now() - (dial.askedAt?.getTime() ?? 0) < SETTLE_MS) throw notKnown()
    }
    await checkDial(this.#deps, dial)
    const account = await this.#account(dial)
    const asking = await stores.dials.ask(dial)
    if (asking === undefined) throw notKnown()
    await checkCaps(this.#deps, asking).catch(async (error: unknown) => {
      await stores.dials.unask(asking)
      throw error
    })
    return await this.#ask(asking, account)
  }

  async #ask (dial: DialRecord, account: TwilioAccount): Promise<CallRecord> {
    const { config, rest, stores } = this.#deps
    const url = (path: string) => `${publicUrl(config)}${path}?dial=${dial._id}`
    const agent = dial.agentId === undefined ? undefined : await stores.agents.findAny(dial.agentId)
    const detect = agent && detectionFor(agent, dial.detectMachines)
    let sid: string
    try {
      ({ sid } = await rest.createCall(account, { from: dial.fromNumber, to: dial.toNumber, url: url('/twilio/outbound'), statusCallback: url('/twilio/status'), ...(detect && { machines: { detect, callback: url('/twilio/answered-by') } }) }))
    } catch (error) {
      if (isAmbiguous(error)) {
        const call = await this.#lookUp(dial)
        if (call !== undefined) return call
        throw notKnown(error)
      }
      if (error instanceof EarshotError && error.retryable) await stores.dials.unask(dial)
      throw error
    }
    const call = await this.bind(dial, sid)
    if (call !== undefined) return call
    await rest.completeCall(account, sid)
    throw new EarshotError('conflict', 'This call has been placed already.')
  }

  /** The dial's call in Twilio's list: made since Twilio was asked, and no other dial's. */
  async #lookUp (dial: DialRecord): Promise<CallRecord | undefined> {
    const since = (dial.askedAt?.getTime() ?? 0) - CLOCK_SKEW_MS
    const listed = await this.#deps.rest.listCalls(await this.#account(dial), { from: dial.fromNumber, to: dial.toNumber })
    const candidates = listed.filter(({ createdAt }) => createdAt.getTime() >= since).reverse()
    for (const { sid } of candidates) {
      const call = await this.bind(dial, sid)
      if (call !== undefined) return call
    }
    return undefined
  }

  async #account ({ userId, fromPhoneNumberId }: DialRecord): Promise<TwilioAccount> {
    const { phones } = this.#deps.stores
    const phone = await phones.find(userId, fromPhoneNumberId)
    if (phone?.isActive !== true) throw new EarshotError('invalid', 'The phone number to call from is not active.', { field: 'fromPhoneNumberId' })
    return accountOf(this.#deps.stores, phone)
  }
}

const notKnown = (cause?: unknown): EarshotError =>
  new EarshotError('provider_timeout', 'Twilio did not answer, so it is not known yet whether there is a call. Ask again with the same Idempotency-Key: no second call is made.', { cause })
