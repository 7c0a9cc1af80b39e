import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { EarshotError } from '../errors.ts'
import { DEFAULT_TURN_TAKING } from './turn-taking-defaults.ts'

export { DEFAULT_TURN_TAKING }

const strict = { additionalProperties: false }
const probability = (description: string) => Type.Number({ minimum: 0.01, maximum: 0.99, description })
const milliseconds = (minimum: number, maximum: number, description: string) => Type.Number({ minimum, maximum, description })
const wait = (description: string) => milliseconds(0, 10_000, description)

/**
 * How an agent takes turns. Every value can be set per agent; the defaults are for a telephone conversation.
 */
const TurnTakingSchema = Type.Object({
  startThreshold: probability('Probability at which a chunk of audio counts as speech'),
  endThreshold: probability('Probability below which it counts as silence; between the two the last judgement stands'),
  minSpeechMs: milliseconds(32, 1000, 'Speech needed before a caller counts as speaking: shorter is a click or a breath'),
  bargeInMs: milliseconds(64, 5000, 'Speech that silences the agent'),
  speculateAfterMs: milliseconds(0, 2000, 'Silence after which the words so far are transcribed, before anything is decided'),
  speculate: Type.Boolean({ description: 'Whether to transcribe and answer before the turn is surely over. Off: fewer requests, and later by the providers\' own time' }),
  requestsPerSpeechSecond: Type.Number({ minimum: 0, maximum: 10, description: 'Transcriptions that a second of the caller\'s speech pays for' }),
  waitMs: Type.Object({
    finished: wait('After a question, a request or a courtesy that is whole'),
    'short-answer': wait('After a whole answer in a word or two'),
    unclear: wait('After words that do not tell'),
    hanging: wait('After a word that needs another: "and", "my number is"'),
    dictating: wait('While digits, letters or an address are dictated'),
    filler: wait('After "um" and "let me see"')
  }, { ...strict, description: 'The shortest silence that ends a turn, by what was said' }),
  retractMs: milliseconds(0, 2000, 'Speech this soon after the reply\'s first sound means that the caller had not finished: the reply never happened'),
  idleMs: milliseconds(0, 600_000, 'A caller is asked whether they are there after this much silence; 0: never'),
  maxCallMs: milliseconds(10_000, 14_400_000, 'The call ends, with a spoken goodbye, after this long; Twilio ends it after four hours')
}, strict)

export type TurnTaking = Static<typeof TurnTakingSchema>

/** What an agent's owner sets: any part of it. */
export const TurnTakingSettingsSchema = Type.Partial(Type.Object({
  ...TurnTakingSchema.properties,
  waitMs: Type.Partial(TurnTakingSchema.properties.waitMs, strict)
}, strict), strict)
export type TurnTakingSettings = Static<typeof TurnTakingSettingsSchema>

const validator = Compile(TurnTakingSettingsSchema)

/** @throws {EarshotError} `invalid`, naming the field ("turnTaking.bargeInMs must be >= 64") */
export function parseTurnTaking (settings: unknown): TurnTakingSettings {
  if (validator.Check(settings)) return settings
  const [error] = validator.Errors(settings)
  const field = `turnTaking${error?.instancePath.replaceAll('/', '.') ?? ''}`
  throw new EarshotError('invalid', `${field} ${error === undefined || error.keyword === 'boolean' ? 'is not a setting' : error.message}.`, { field })
}

/** An agent's settings over the defaults. */
export const turnTakingOf = (settings: TurnTakingSettings): TurnTaking =>
  ({ ...DEFAULT_TURN_TAKING, ...settings, waitMs: { ...DEFAULT_TURN_TAKING.waitMs, ...settings.waitMs } })

/** Right after a noise a word may follow. */
export const MIN_IDLE_MS = 1000
/** Times a silent caller is asked before the goodbye. */
export const ASKED_WHEN_SILENT = 2
