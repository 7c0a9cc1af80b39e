import type { components, paths } from './schema.d.ts'

type Schemas = components['schemas']
export type Phone = Schemas['Phone']
export type NumberCheck = Schemas['NumberCheck']
export type Agent = Schemas['Agent']
export type Prompt = Schemas['Prompt']
export type ScheduledCall = Schemas['ScheduledCall']
export type Message = Schemas['Message']
export type Call = Schemas['Call']
export type Turn = Call['transcript'][number]
export type ApiKey = Schemas['ApiKey']
export type CallingRules = Schemas['CallingRules']
export type DoNotCall = Schemas['DoNotCall']
export type DoNotText = Schemas['DoNotText']
export type Webhook = Schemas['Webhook']
export type WebhookDelivery = Schemas['WebhookDelivery']
export type PublishableKey = Schemas['PublishableKey']
export type Retention = Schemas['Retention']
export type Analytics = Schemas['Analytics']
export type User = Schemas['User']

/** The JSON body that a route takes. */
export type Body<Path extends keyof paths, Method extends keyof paths[Path]> =
  paths[Path][Method] extends { requestBody: { content: { 'application/json': infer Given } } } ? Given : never

/** What a route answers with when all is well. */
export type Reply<Path extends keyof paths, Method extends keyof paths[Path]> =
  paths[Path][Method] extends { responses: { 200: { content: { 'application/json': infer Given } } } } ? Given : never
