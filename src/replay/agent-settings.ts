import { readFile } from 'node:fs/promises'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { TurnTakingSettingsSchema } from '../call/turn-taking.ts'
import { EarshotError } from '../errors.ts'
import { AgentSchema } from '../store/agents.ts'

const SettingsSchema = Type.Partial(Type.Object({
  ...Type.Omit(AgentSchema, ['_id', 'userId', 'created_at', 'updated_at', 'isDeleted', 'phoneNumber', 'direction', 'active']).properties,
  turnTaking: TurnTakingSettingsSchema
}), { additionalProperties: false })
const settings = Compile(SettingsSchema)

/** The fields of an agent that shape a call, each of them optional. */
export type AgentSettings = Static<typeof SettingsSchema>

/**
 * Reads an agent's settings from a JSON file.
 * @throws {EarshotError} `invalid`, naming the file and the field
 */
export const readAgentSettings = async (path: string): Promise<AgentSettings> => {
  const fail = (problem: string): never => { throw new EarshotError('invalid', `${path}: ${problem}.`) }
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    return fail(error instanceof SyntaxError ? 'not JSON' : 'cannot be read')
  }
  if (settings.Check(value)) return value
  const [first] = settings.Errors(value)
  const field = (first?.instancePath ?? '').slice(1).replaceAll('/', '.')
  // What a closed schema does not know, it checks against `false`.
  if (first?.keyword === 'boolean') return fail(`${field}: not a setting of an agent`)
  return fail(`${field === '' ? 'settings' : field}: ${first?.message ?? 'is not valid'}`)
}
