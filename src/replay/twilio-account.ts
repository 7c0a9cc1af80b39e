import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import { FakeTwilioMessages } from './twilio-messages.ts'
import { makeSid } from './twilio-phone.ts'

/** A call that the gateway asked for. */
export interface PlacedCall { sid: string, from: string, to: string, url: string, statusCallback: string, createdAtMs: number }

/** What happens to a request: Twilio acts and its answer is lost, or the request is; or it refuses. */
export type Mishap = 'lost_answer' | 'lost_request' | { status: number, code: number }

type Form = Record<string, string | undefined>

interface Refusal { status: number, body: object }

/** The calls and messages of one account, as Twilio's REST API makes and lists them, and what goes wrong with the next requests. */
export class FakeTwilioAccount {
  readonly calls: PlacedCall[] = []
  readonly texts: FakeTwilioMessages
  /** One for each of the next requests that make something. */
  readonly mishaps: Array<Mishap | undefined> = []
  readonly #clock: Pick<Clock, 'now'>

  constructor (clock: Pick<Clock, 'now'>) {
    this.#clock = clock
    this.texts = new FakeTwilioMessages(clock)
  }

  /**
   * Adds the routes (https://www.twilio.com/docs/voice/api/call-resource, https://www.twilio.com/docs/messaging/api/message-resource).
   * @param refusal of a request that is not the account's
   */
  routes (app: FastifyInstance, refusal: (headers: Record<string, unknown>, accountSid: string) => Refusal | undefined): void {
    const path = '/2010-04-01/Accounts/:accountSid'
    const make = (resource: string, act: (form: Form) => Refusal) => {
      app.post<{ Params: { accountSid: string }, Body: Form }>(`${path}/${resource}.json`, async ({ params, headers, body }, reply) => {
        const refused = refusal(headers, params.accountSid)
        if (refused !== undefined) return await reply.code(refused.status).send(refused.body)
        const mishap = this.mishaps.shift()
        if (typeof mishap === 'object') return await reply.code(mishap.status).send({ ...mishap, message: `Refused ${body['To']}` })
        const made = mishap === 'lost_request' ? undefined : act(body)
        if (mishap === undefined && made !== undefined) return await reply.code(made.status).send(made.body)
        reply.hijack()
        reply.raw.destroy()
      })
    }
    make('Calls', (form) => ({ status: 201, body: callBody(this.#place(form)) }))
    make('Messages', (form) => this.texts.create(form))
    const list = (resource: string, found: (query: Form) => object) => {
      app.get<{ Params: { accountSid: string }, Querystring: Form }>(`${path}/${resource}.json`, async ({ params, headers, query }, reply) => {
        const refused = refusal(headers, params.accountSid)
        return refused === undefined ? found(query) : await reply.code(refused.status).send(refused.body)
      })
    }
    list('Messages', (query) => ({ messages: this.texts.list(query), page: 0, page_size: 50 }))
    list('Calls', (query) => {
      const calls = this.calls.filter(({ from, to }) => from === query['From'] && to === query['To']).reverse()
      return { calls: calls.map(callBody), page: 0, page_size: 50 }
    })
  }

  #place (form: Form): PlacedCall {
    const call = { sid: makeSid('CA'), from: form['From'] ?? '', to: form['To'] ?? '', url: form['Url'] ?? '', statusCallback: form['StatusCallback'] ?? '', createdAtMs: this.#clock.now() }
    this.calls.push(call)
    return call
  }
}

/** Twilio writes times as RFC 2822, in whole seconds. */
const callBody = ({ sid, from, to, createdAtMs }: PlacedCall): object =>
  ({ sid, from, to, status: 'queued', direction: 'outbound-api', date_created: new Date(createdAtMs).toUTCString().replace('GMT', '+0000'), start_time: null })
