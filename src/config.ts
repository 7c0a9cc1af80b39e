import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { Ajv } from 'ajv'
import { envSchema } from 'env-schema'
import { Type, type Static, type TSchema } from 'typebox'

// In these schemas `title` says in words what a value must look like, and `writeOnly` marks a secret.
const words = (description: string, defaultValue: string) => Type.String({ title: 'text', default: defaultValue, description })
const optionalWords = (description: string) => Type.Optional(Type.String({ title: 'text', description }))
const optionalAddress = (description: string) => Type.Optional(Type.String({ ...webAddress, description }))
const optionalSecret = (description: string) => Type.Optional(Type.String({ title: 'text', writeOnly: true, description }))
const milliseconds = (description: string, defaultMs: number, minimum = 1) => Type.Integer({ minimum, maximum: 86_400_000, default: defaultMs, description })
const webAddress = { title: 'an http:// or https:// address without query', format: 'web-address' }

const server = {
  NODE_ENV: Type.Enum(['development', 'production', 'test'], { default: 'development', description: 'In production PUBLIC_URL must be https.' }),
  HOST: words('Address to listen on; 0.0.0.0 for every interface.', '127.0.0.1'),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 3000, description: 'Port to listen on; 0 for any free one.' }),
  PUBLIC_URL: optionalAddress('Where Twilio and browsers reach Earshot. Twilio signs its requests with this address, so it must be what stands in the number\'s webhook, up to /twilio. Unset: http://localhost:PORT.'),
  TRUSTED_PROXIES: Type.Integer({ minimum: 0, maximum: 10, default: 0, description: 'How many reverse proxies stand before Earshot: so many entries of X-Forwarded-For are believed.' }),
  MAX_CALLS: Type.Integer({ minimum: 1, maximum: 100_000, default: 500, description: 'Calls that this process carries at once; a caller more hears a spoken refusal.' }),
  MAX_LOOP_DELAY_MS: milliseconds('New calls are refused while the event loop is this late, at the 99th percentile of a second, in two seconds running; audio is sent 400 ms ahead. 0: never.', 100, 0),
  DRAIN_MS: milliseconds('How long live calls may go on after SIGTERM.', 60_000, 0),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info', description: 'The least important line that is logged. What callers say is never logged.' }),
  METRICS_KEY: optionalSecret('Bearer token that /metrics asks for. Unset: no /metrics on PORT.'),
  METRICS_PORT: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535, description: 'A port of its own for /metrics, on HOST, in place of PORT. It asks for a token only if METRICS_KEY is set: keep it off the internet.' })),
  OTEL_EXPORTER_OTLP_ENDPOINT: optionalAddress('OpenTelemetry collector that gets a trace of every call, as OTLP over HTTP at /v1/traces. Unset: no traces.'),
  OTEL_EXPORTER_OTLP_HEADERS: Type.Optional(Type.String({
    title: 'name=value pairs separated by commas',
    pattern: '^[^=,\\s]+=([^,%]|%[0-9A-Fa-f]{2})+(,[^=,\\s]+=([^,%]|%[0-9A-Fa-f]{2})+)*$',
    writeOnly: true,
    description: 'Headers that the collector asks for, such as a key.'
  })),
  OTEL_SERVICE_NAME: words('What traces call this service.', 'earshot')
}

const data = {
  DATA_DIR: words('Folder of the embedded database and of everything else Earshot keeps on disk.', './data'),
  DATA_FSYNC: Type.Enum(['off', 'on'], { default: 'off', description: 'Whether the embedded database acknowledges only what is on the disk. Off: what is acknowledged survives a killed process, and the last seconds before a power cut may be lost.' }),
  MONGODB_URL: Type.Optional(Type.String({
    title: 'a mongodb:// or mongodb+srv:// address',
    pattern: '^mongodb(\\+srv)?://\\S+$',
    writeOnly: true,
    description: 'MongoDB in place of the embedded database; the path is the database\'s name. Needed to run more than one process.'
  })),
  ENCRYPTION_KEY: Type.Optional(Type.String({
    title: '32 bytes in base64, or several such keys separated by commas',
    pattern: '^[A-Za-z0-9+/]{43}=(\\s*,\\s*[A-Za-z0-9+/]{43}=)*$',
    writeOnly: true,
    description: 'Encrypts secrets in the database, such as Twilio\'s auth tokens; made by "openssl rand -base64 32". Of several keys the first one encrypts and all of them decrypt ("npm run rotate-keys"). Unset: made on the first run and kept in DATA_DIR. Processes that share a database need the same one, so in production it is required with MONGODB_URL.'
  })),
  REGISTRATION: Type.Enum(['open', 'closed'], { default: 'open', description: 'Whether anybody may open an account. The first user always may.' })
}

const twilio = {
  TWILIO_API_URL: Type.String({ ...webAddress, default: 'https://api.twilio.com', description: 'Twilio\'s REST address: another region, or a stand-in in tests.' })
}

const speech = {
  OPENAI_API_KEY: optionalSecret('Key for recognition, language model and voice alike. Whichever of them has neither a key nor an address is served by the local speech server.'),
  VAD: Type.Enum(['silero', 'energy'], { default: 'silero', description: 'How speech is told from noise: by a neural network, or by loudness alone.' }),
  SPECULATION: Type.Enum(['on', 'off'], { default: 'on', description: 'Whether recognition and reply start before the caller has surely finished: faster, at the price of some more requests.' }),
  MODELS_DIR: words('Folder of the local speech server\'s models ("npm run models").', './.models')
}

const baseUrl = () => optionalAddress('Address of a server with OpenAI\'s routes. Unset: OpenAI itself if there is a key, else the local speech server.')
const apiKey = () => optionalSecret('Unset: OPENAI_API_KEY.')
const model = (name: string) => words('Model of agents that name none.', name)
const fallbackBaseUrl = () => optionalAddress('A second provider, asked when the first one fails. Unset: OpenAI, if the second key or model is set.')
const fallbackApiKey = () => optionalSecret('Key of the second provider. Unset: OPENAI_API_KEY.')
const fallbackModel = (variable: string) => optionalWords(`The second provider's model, whatever the agent names. Unset: ${variable}.`)

const stt = {
  STT_BASE_URL: baseUrl(),
  STT_API_KEY: apiKey(),
  STT_MODEL: model('whisper-1'),
  STT_TIMEOUT_MS: milliseconds('A transcript must be there within this time.', 5000),
  STT_FALLBACK_BASE_URL: fallbackBaseUrl(),
  STT_FALLBACK_API_KEY: fallbackApiKey(),
  STT_FALLBACK_MODEL: fallbackModel('STT_MODEL')
}

const llm = {
  LLM_BASE_URL: baseUrl(),
  LLM_API_KEY: apiKey(),
  LLM_MODEL: model('gpt-4o-mini'),
  LLM_TIMEOUT_MS: milliseconds('The first words of a reply, and each piece after them, must come within this time.', 8000),
  LLM_FALLBACK_BASE_URL: fallbackBaseUrl(),
  LLM_FALLBACK_API_KEY: fallbackApiKey(),
  LLM_FALLBACK_MODEL: fallbackModel('LLM_MODEL')
}

const tts = {
  TTS_BASE_URL: baseUrl(),
  TTS_API_KEY: apiKey(),
  TTS_MODEL: model('gpt-4o-mini-tts'),
  TTS_VOICE: words('Voice of agents that name none.', 'alloy'),
  TTS_TIMEOUT_MS: milliseconds('The first audio of a sentence, and each piece after it, must come within this time.', 5000),
  TTS_FALLBACK_BASE_URL: fallbackBaseUrl(),
  TTS_FALLBACK_API_KEY: fallbackApiKey(),
  TTS_FALLBACK_MODEL: fallbackModel('TTS_MODEL'),
  TTS_FALLBACK_VOICE: optionalWords('The second provider\'s voice, whatever the agent names. Unset: TTS_VOICE.')
}

/** A variable's schema, as far as the documentation reads it. */
type Variable = TSchema & { description?: string, default?: unknown, title?: string, enum?: string[], minimum?: number, maximum?: number }

/** The variables, by the heading they stand under in the documentation. */
export const CONFIG_SECTIONS: Record<string, Record<string, Variable>> = {
  Server: server,
  Data: data,
  Twilio: twilio,
  Speech: speech,
  'Recognition (STT)': stt,
  'Language model (LLM)': llm,
  'Voice (TTS)': tts
}

/** Type, defaults, documentation and validation of the environment, in one. Nothing else reads `process.env`. */
const configSchema = Type.Object({ ...server, ...data, ...twilio, ...speech, ...stt, ...llm, ...tts })
export type Config = Static<typeof configSchema>

/** The environment is wrong; the message names each variable that is, and what it must look like. */
export class ConfigError extends Error {
  constructor (problems: string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
  }
}

/** Made with env-schema's options at the first use; it keeps what it has compiled. */
let ajv: Ajv | undefined

/**
 * Checks the environment and fills in the defaults. An empty value counts as unset, as compose files produce them.
 * @throws {ConfigError}
 */
export function parseConfig (env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  let config: Config
  try {
    config = envSchema<Config>({
      schema: configSchema,
      env: false,
      data: { ...given },
      ajv: { customOptions: (fresh) => (ajv ??= fresh.addFormat('web-address', isWebAddress)) }
    })
  } catch (error) {
    throw new ConfigError(problemsOf(error))
  }
  const broken = brokenRules(config)
  if (broken.length > 0) throw new ConfigError(broken)
  return config
}

/** The configuration of this process: its environment over the file `.env` in the working directory. */
export function loadConfig (): Config {
  return parseConfig({ ...readDotenv(), ...process.env })
}

/** What a variable's value must look like, in words. */
export function describeShape ({ enum: values, minimum, maximum, title }: Variable): string {
  if (values !== undefined) return `one of ${values.join(', ')}`
  if (minimum !== undefined) return `a whole number from ${minimum} to ${maximum}`
  return title ?? 'text'
}

/** PUBLIC_URL without a slash at its end. */
export const publicUrl = (config: Config): string => (config.PUBLIC_URL ?? `http://localhost:${config.PORT}`).replace(/\/+$/, '')

/** Where Twilio opens the media socket: wss://, or ws:// for a PUBLIC_URL without TLS. */
export const streamUrl = (config: Config): string => `${publicUrl(config).replace(/^http/, 'ws')}/twilio/media`

/** Told by Twilio how connecting a caller to a person went. */
export const dialEndedUrl = (config: Config): string => `${publicUrl(config)}/twilio/dial-ended`

/** What PUBLIC_URL must be for Twilio; undefined when it is that. */
export function publicUrlProblem (config: Config): string | undefined {
  if (config.PUBLIC_URL === undefined) return 'PUBLIC_URL is not set.'
  if (isLoopback(config.PUBLIC_URL)) return 'PUBLIC_URL leads to this machine alone.'
  return secureCookies(config) ? undefined : 'PUBLIC_URL does not begin with https://, and Twilio opens media streams over TLS only.'
}

/** A cookie with `Secure` would never come back over http. */
export const secureCookies = (config: Config): boolean => publicUrl(config).startsWith('https://')

function brokenRules (config: Config): string[] {
  const problems: string[] = []
  if (config.NODE_ENV === 'production' && !secureCookies(config) && !isLoopback(publicUrl(config))) {
    problems.push('PUBLIC_URL must begin with https:// when NODE_ENV is production: Twilio opens media streams over TLS only.')
  }
  if (config.NODE_ENV === 'production' && config.MONGODB_URL !== undefined && config.ENCRYPTION_KEY === undefined) {
    problems.push('ENCRYPTION_KEY must be set when MONGODB_URL is and NODE_ENV is production: every process that shares the database needs the same one.')
  }
  return problems
}

/** One sentence a variable. It shows no value: that could be a secret, or an address with a password in it. */
function problemsOf (error: unknown): string[] {
  const failures = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors as Array<{ instancePath: string }> : []
  if (failures.length === 0) throw error
  const names = new Set(failures.map(({ instancePath }) => instancePath.slice(1)))
  return [...names].map((name) => `${name} must be ${describeShape(configSchema.properties[name as keyof Config])}.`)
}

function isWebAddress (value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, search, hash } = new URL(value)
  return ['http:', 'https:'].includes(protocol) && search === '' && hash === ''
}

const isLoopback = (url: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)

function readDotenv (): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync('.env', 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}
