import type { AgentStore } from './agents.ts'
import type { ApiKeyStore } from './api-keys.ts'
import type { AuditLogStore } from './audit-log.ts'
import type { CallingRulesStore } from './calling-rules.ts'
import type { CallCommandStore } from './call-commands.ts'
import type { CallWatchStore } from './call-watches.ts'
import type { CallStore } from './calls.ts'
import type { ChatUsageStore } from './chat-usage.ts'
import type { DialStore } from './dials.ts'
import type { IdempotencyKeyStore } from './idempotency-keys.ts'
import type { MessageStore } from './messages.ts'
import type { OptOutStore } from './opt-outs.ts'
import type { PhoneStore } from './phones.ts'
import type { PromptStore } from './prompts.ts'
import type { PublishableKeyStore } from './publishable-keys.ts'
import type { RetentionStore } from './retention.ts'
import type { ScheduledCallStore } from './scheduled-calls.ts'
import type { SessionStore } from './sessions.ts'
import type { ThreadStore } from './threads.ts'
import type { UserData } from './user-data.ts'
import type { UserStore } from './users.ts'
import type { WebhookDeliveryStore } from './webhook-deliveries.ts'
import type { WebhookOutbox } from './webhook-outbox.ts'
import type { WebhookStore } from './webhooks.ts'

/** All that Earshot keeps. */
export interface Stores {
  calls: CallStore
  callCommands: CallCommandStore
  callWatches: CallWatchStore
  dials: DialStore
  callingRules: CallingRulesStore
  retention: RetentionStore
  optOuts: OptOutStore
  phones: PhoneStore
  agents: AgentStore
  prompts: PromptStore
  scheduledCalls: ScheduledCallStore
  messages: MessageStore
  threads: ThreadStore
  chatUsage: ChatUsageStore
  users: UserStore
  apiKeys: ApiKeyStore
  sessions: SessionStore
  publishableKeys: PublishableKeyStore
  idempotencyKeys: IdempotencyKeyStore
  auditLog: AuditLogStore
  webhooks: WebhookStore
  webhookDeliveries: WebhookDeliveryStore
  webhookOutbox: WebhookOutbox
  /** All of a user's documents, of whatever collection. */
  userData: UserData
  /** Proves to another process of the same encryption keys that this one has them too. @param nonce what is asked, new each time */
  prove (nonce: string): string
  isProof (nonce: string, proof: string): boolean
  /** Resolves when the database answers. @throws EarshotError `store_unavailable` */
  ping (): Promise<void>
  close (): Promise<void>
}
