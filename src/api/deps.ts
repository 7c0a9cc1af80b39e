import type { HttpFetch } from '../call/tools/http-tool.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Llm } from '../llm/llm.ts'
import type { Dialler } from '../outbound/dialler.ts'
import type { TryWebSocket } from '../safe-fetch.ts'
import type { Messenger } from '../sms/messenger.ts'
import type { AgentRecord } from '../store/agents.ts'
import type { Stores } from '../store/stores.ts'
import type { LiveCalls } from '../twilio/live-calls.ts'
import type { TwilioRest } from '../twilio/rest.ts'
import type { WebhookSender } from '../webhooks/sender.ts'

/** What the API's routes need of the rest of Earshot. */
export interface ApiDeps {
  config: Config
  clock: Clock
  stores: Stores
  /** Gets ready what an agent has to say at once. */
  warmer: { warm: (agent: AgentRecord) => void }
  rest: Pick<TwilioRest, 'completeCall' | 'fetchAccount' | 'findNumber' | 'setNumber'>
  dialler: Pick<Dialler, 'place'>
  messenger: Pick<Messenger, 'send'>
  liveCalls: LiveCalls
  llm: Llm
  /** How agents' tools reach the internet. */
  fetch: HttpFetch
  /** How it is tried whether media streams reach Earshot. */
  tryWebSocket: TryWebSocket
  webhookSender: Pick<WebhookSender, 'test'>
}

/** The options of the plugins below /api. The deps are one of them: beside Fastify's own, such as `prefix`, they would hand those on. */
export interface ApiOptions { deps: ApiDeps }
