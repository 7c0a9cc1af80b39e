import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import { callBody, FakeTwilioCalls, type Form, type PlacedCall } from './twilio-calls.ts'
import { FakeTwilioMessages } from './twilio-messages.ts'
import { FakeTwilioNumbers } from './twilio-numbers.ts'

/** What happens to a request: Twilio acts and its answer is lost, or the request is; or it refuses. */
export type Mishap = 'lost_answer' | 'lost_request' | { status: number, code: number }

interface Refusal { status: number, body: object }

interface Account { accountSid: string }

/** The calls, numbers and messages of one account, as Twilio's REST API makes and lists them, and what goes wrong with the next requests. */
export class FakeTwilioAccount {
  readonly phoneCalls: FakeTwilioCalls
  readonly numbers = new FakeTwilioNumbers()
  readonly texts: FakeTwilioMessages
  /** How live calls were changed. */
  readonly updates: Array<{ callSid: string, form: Form }> = []
  /** One for each of the next requests that make something. */
  readonly mishaps: Array<Mishap | undefined> = []
  /** More requests in one second of the clock are refused with 20429 (https://www.twilio.com/docs/api/errors/20429). */
  maxRequestsPerSecond = Infinity
  /** active, suspended or closed (https://www.twilio.com/docs/iam/api/account). */
  status = 'active'
  readonly #clock: Pick<Clock, 'now'>
  #second = { startMs: 0, requests: 0 }

  constructor (clock: Pick<Clock, 'now'>) {
    this.#clock = clock
    this.texts = new FakeTwilioMessages(clock)
    this.phoneCalls = new FakeTwilioCalls(clock)
  }

  get calls (): PlacedCall[] { return this.phoneCalls.all }

  /** A request changes a live call; false when it is over. */
  update (callSid: string, form: Form): boolean {
    const call = this.phoneCalls.find(callSid)
    if (call === undefined || call.endedAtMs !== undefined) return false
    this.updates.push({ callSid, form })
    if (form['Status'] === 'completed') this.phoneCalls.progress(call, 'completed')
    return true
  }

  /** Counts a request. The refusal of one too many. */
  tooMany (): Refusal | undefined {
    if (this.#clock.now() - this.#second.startMs >= 1000) this.#second = { startMs: this.#clock.now(), requests: 0 }
    if (++this.#second.requests <= this.maxRequestsPerSecond) return undefined
    return { status: 429, body: { code: 20429, message: 'Too Many Requests', status: 429 } }
  }

  /**
   * Adds the routes (https://www.twilio.com/docs/voice/api/call-resource, https://www.twilio.com/docs/messaging/api/message-resource,
   * https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource, https://www.twilio.com/docs/iam/api/account).
   * @param refusal of a request that is not the account's
   */
  routes (app: FastifyInstance, refusal: (headers: Record<string, unknown>, accountSid: string) => Refusal | undefined): void {
    const path = '/2010-04-01/Accounts/:accountSid'
    app.get<{ Params: Account }>(`${path}.json`, async ({ params, headers }, reply) => {
      const refused = refusal(headers, params.accountSid)
      if (refused !== undefined) return await reply.code(refused.status).send(refused.body)
      return await reply.header('date', new Date(this.#clock.now()).toUTCString()).send({ sid: params.accountSid, status: this.status, type: 'Full' })
    })
    const make = (resource: string, act: (form: Form) => Refusal) => {
      app.post<{ Params: Account, Body: Form }>(`${path}/${resource}.json`, async ({ params, headers, body }, reply) => {
        const refused = refusal(headers, params.accountSid)
        if (refused !== undefined) return await reply.code(refused.status).send(refused.body)
        const mishap = this.mishaps.shift()
        if (typeof mishap === 'object') return await reply.code(mishap.status).send({ ...mishap, message: `Refused ${String(body['To'])}` })
        const made = mishap === 'lost_request' ? undefined : act(body)
        if (mishap === undefined && made !== undefined) return await reply.code(made.status).send(made.body)
        reply.hijack()
        reply.raw.destroy()
      })
    }
    make('Calls', (form) => ({ status: 201, body: callBody(this.phoneCalls.place(form)) }))
    make('Messages', (form) => this.texts.create(single(form)))
    const list = (resource: string, items: (query: Form) => object) => {
      app.get<{ Params: Account, Querystring: Form }>(`${path}/${resource}.json`, async ({ params, headers, query }, reply) => {
        const refused = refusal(headers, params.accountSid)
        if (refused !== undefined) return await reply.code(refused.status).send(refused.body)
        return { ...items(query), page: 0, page_size: 50 }
      })
    }
    list('Messages', (query) => ({ messages: this.texts.list(single(query)) }))
    list('Calls', (query) => ({ calls: this.phoneCalls.list(query).map(callBody) }))
    list('IncomingPhoneNumbers', (query) => ({ incoming_phone_numbers: this.numbers.list(query) }))
    app.post<{ Params: Account & { sid: string }, Body: Form }>(`${path}/IncomingPhoneNumbers/:sid.json`, async ({ params, headers, body }, reply) => {
      const refused = refusal(headers, params.accountSid)
      if (refused !== undefined) return await reply.code(refused.status).send(refused.body)
      const changed = this.numbers.change(params.sid, body)
      return changed ?? await reply.code(404).send({ code: 20404, message: 'The requested resource was not found', status: 404 })
    })
  }
}

/** The last of what is given more than once. */
const single = (form: Form): Record<string, string | undefined> => Object.fromEntries(Object.entries(form).map(([name, value]) => [name, [value].flat().at(-1)]))
