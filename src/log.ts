import { pino, type DestinationStream, type Logger } from 'pino'
import type { Config } from './config.ts'

/** Keys whose values are secrets, or personal: who calls, and what is said. Log messages are static text, so keys are all there is to hide. */
const PRIVATE_KEYS = [
  'authorization', 'cookie', 'password', 'passwordHash', 'secret', 'apiKey', 'token', 'authToken', 'twilioAuthToken', 'signature', 'keyHash', 'tokenHash', 'stream_token_hash',
  'email', 'phoneNumber', 'toPhoneNumbers', 'from', 'to', 'From', 'To', 'fromNumber', 'toNumber', 'from_number', 'to_number',
  'text', 'words', 'transcript', 'content', 'prompt', 'promptContent', 'systemPrompt', 'greeting', 'body', 'Body', 'digits'
]

/** pino's paths do not descend by themselves: three levels cover a record inside an object that is logged. */
const REDACTED_PATHS = PRIVATE_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`])

const PHONE_NUMBER_SEGMENT = /(?<=\/)(\+|%2B)?\d{5,}(?=\/|$)/gi

/**
 * The process's log: JSON lines, or readable ones in a developer's terminal.
 * @param stream where the lines go; standard output when left out
 */
export async function createLog (config: Pick<Config, 'LOG_LEVEL' | 'NODE_ENV'>, stream?: DestinationStream): Promise<Logger> {
  return pino({
    level: config.LOG_LEVEL,
    redact: { paths: REDACTED_PATHS, censor: '[hidden]' },
    serializers: {
      err: describeError,
      // The query may hold a number or a name; the path holds ids, unless somebody puts a number in their place.
      req: ({ method, url }: { method: string, url: string }) => ({ method, path: url.split('?', 1)[0]?.replace(PHONE_NUMBER_SEGMENT, '[hidden]') }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode })
    }
  }, stream ?? await standardOutput(config))
}

async function standardOutput ({ NODE_ENV }: Pick<Config, 'NODE_ENV'>): Promise<DestinationStream> {
  if (NODE_ENV !== 'development' || !process.stdout.isTTY) return pino.destination(1)
  // A development package: not there in an image built for production.
  const pretty = await import('pino-pretty').catch(() => undefined)
  return pretty?.default({ ignore: 'pid,hostname' }) ?? pino.destination(1)
}

/** Only these fields: HTTP clients hang requests, with their headers and bodies, on the errors they throw. */
function describeError (error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error }
  const code = 'code' in error ? error.code : undefined
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: error.message,
    stack: error.stack,
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {})
  }
}
