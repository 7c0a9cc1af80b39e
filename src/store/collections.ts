import type { TObject } from 'typebox'
import { AgentSchema } from './agents.ts'
import { ApiKeySchema } from './api-keys.ts'
import { AuditEntrySchema } from './audit-log.ts'
import { CallingRulesSchema } from './calling-rules.ts'
import { CallCommandSchema } from './call-commands.ts'
import { CallWatchSchema } from './call-watches.ts'
import { CallSchema } from './calls.ts'
import { ChatUsageSchema } from './chat-usage.ts'
import { DialSchema } from './dials.ts'
import { IdempotencyKeySchema } from './idempotency-keys.ts'
import { MessageSchema } from './messages.ts'
import { OptOutSchema } from './opt-outs.ts'
import { PhoneSchema } from './phones.ts'
import { PromptSchema } from './prompts.ts'
import { PublishableKeySchema } from './publishable-keys.ts'
import { RetentionSchema } from './retention.ts'
import { ScheduledCallSchema } from './scheduled-calls.ts'
import { SessionSchema } from './sessions.ts'
import { ThreadSchema } from './threads.ts'
import { UserSchema } from './users.ts'
import { DeliverySchema } from './webhook-deliveries.ts'
import { OutboxSchema } from './webhook-outbox.ts'
import { WebhookSchema } from './webhooks.ts'

/** A collection as it is described to people, and handed out to the user whose it is. */
export interface CollectionDescription {
  schema: TObject
  /** Fields that never leave the database, not even encrypted or hashed; `tools.headers` is the field headers of every tool. */
  secrets?: readonly string[]
}

/** Every collection by its name in the database. A new one is entered here, and has its section in docs/database_structure_and_flow.md. */
export const COLLECTIONS: Readonly<Record<string, CollectionDescription>> = {
  users: { schema: UserSchema, secrets: ['passwordHash'] },
  sessions: { schema: SessionSchema, secrets: ['tokenHash'] },
  api_keys: { schema: ApiKeySchema, secrets: ['keyHash'] },
  registered_phone_numbers: { schema: PhoneSchema, secrets: ['twilioAuthToken'] },
  agents: { schema: AgentSchema, secrets: ['tools.headers'] },
  prompts: { schema: PromptSchema },
  calls: { schema: CallSchema, secrets: ['stream_token_hash'] },
  call_commands: { schema: CallCommandSchema },
  call_watches: { schema: CallWatchSchema },
  messages: { schema: MessageSchema },
  message_threads: { schema: ThreadSchema },
  chat_usage: { schema: ChatUsageSchema },
  scheduled_calls: { schema: ScheduledCallSchema },
  dials: { schema: DialSchema },
  calling_rules: { schema: CallingRulesSchema },
  retention: { schema: RetentionSchema },
  opt_outs: { schema: OptOutSchema },
  audit_log: { schema: AuditEntrySchema },
  publishable_keys: { schema: PublishableKeySchema },
  idempotency_keys: { schema: IdempotencyKeySchema },
  webhooks: { schema: WebhookSchema, secrets: ['secret', 'previousSecret'] },
  webhook_deliveries: { schema: DeliverySchema },
  webhook_outbox: { schema: OutboxSchema }
}
