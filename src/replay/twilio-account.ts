import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import { makeSid } from './twilio-phone.ts'

/** A call that the gateway asked for. */
export interface PlacedCall { sid: string, from: string, to: string, url: string, statusCallback: string, createdAtMs: number }

/** A text message that the gateway sent. */
export interface SentMessage { sid: string, from: string, to: string, body: string }

/** What happens to a request: Twilio acts and its answer is lost, or the request is; or it refuses. */
export type Mishap = 'lost_answer' | 'lost_request' | { status: number, code: number }

type Form = Record<string, string | undefined>

interface Refusal { status: number, body: object }

/** The calls and messages of one account, as Twilio's REST API makes and lists them, and what goes wrong with the next requests. */
export class FakeTwilioAccount {
  readonly calls: PlacedCall[] = []
  readonly messages: SentMessage[] = []
  /** One for each of the next requests that make something. */
  readonly mishaps: Array<Mishap | undefined> = []
  readonly #clock: Pick<Clock, 'now'>

  constructor (clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /**
   * Adds the routes (https://www.twilio.com/docs/voice/api/call-resource, https://www.twilio.com/docs/messaging/api/message-resource).
   * @param refusal of a request that is not the account's
   */
  routes (app: FastifyInstance, refusal: (headers: Record<string, unknown>, accountSid: string) => Refusal | undefined): void {
    const path = '/2010-04-01/Accounts/:accountSid'
    const make = (resource: string, act: (form: Form) => object) => {
      app.post<{ Params: { accountSid: string }, Body: Form }>(`${path}/${resource}.json`, async ({ params, headers, body }, reply) => {
        const refused = refusal(headers, params.accountSid)
        if (refused !== undefined) return await reply.code(refused.status).send(refused.body)
        const mishap = this.mishaps.shift()
        if (typeof mishap === 'object') return await reply.code(mishap.status).send({ ...mishap, message: `Refused ${body['To']}` })
        const made = mishap === 'lost_request' ? undefined : act(body)
        if (mishap === undefined) return await reply.code(201).send(made)
        reply.hijack()
        reply.raw.destroy()
      })
    }
    make('Calls', (form) => callBody(this.#place(form)))
    make('Messages', (form) => {
      const message = { sid: makeSid('SM'), from: form['From'] ?? '', to: form['To'] ?? '', body: form['Body'] ?? '' }
      this.messages.push(message)
      return { ...message, status: 'queued' }
    })
    app.get<{ Params: { accountSid: string }, Querystring: Form }>(`${path}/Calls.json`, async ({ params, headers, query }, reply) => {
      const refused = refusal(headers, params.accountSid)
      if (refused !== undefined) return await reply.code(refused.status).send(refused.body)
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
