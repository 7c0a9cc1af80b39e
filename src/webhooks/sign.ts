import { createHmac } from 'node:crypto'
import { SECRET_PREFIX } from '../store/webhooks.ts'

/**
 * The headers of a message by Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md): each
 * secret's HMAC-SHA256 over `id.timestamp.body`, in base64.
 */
export const signedHeaders = (secrets: readonly string[], id: string, atMs: number, body: string): Record<string, string> => {
  const timestamp = Math.floor(atMs / 1000)
  const signatures = secrets.map((secret) => `v1,${createHmac('sha256', Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')).update(`${id}.${timestamp}.${body}`).digest('base64')}`)
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') }
}
