import { Ajv, type ValidateFunction } from 'ajv'
import type { LlmTool } from '../../llm/llm.ts'
import type { ToolArguments } from './tool.ts'

type JsonSchema = LlmTool['parameters']

/** Larger schemas cost every request of the model, and time to compile. */
const MAX_SCHEMA_CHARACTERS = 16_000
/** Enough for a model to see what it did wrong. */
const MAX_PROBLEMS = 3
/** Notes in a schema that say nothing about validity; strict mode refuses unknown words. */
const NOTES = ['example', 'strict']

/** Compiled once per schema object, which lives as long as its tool. */
const compiled = new WeakMap<JsonSchema, ValidateFunction>()

/** What is wrong with the JSON Schema of a tool's arguments; undefined when it can be used. */
export function checkParameters (schema: JsonSchema): string | undefined {
  if (schema['type'] !== 'object') return 'must be the schema of an object: { "type": "object", … }'
  if ('$async' in schema) return '$async is not supported'
  if (JSON.stringify(schema).length > MAX_SCHEMA_CHARACTERS) return `must be at most ${MAX_SCHEMA_CHARACTERS} characters`
  try {
    validatorOf(schema)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : 'is not a JSON Schema'
  }
}

/**
 * Checks the arguments that the model wrote.
 * @param json the model's text; empty for no arguments. Strings that are numbers or booleans are taken for them where the schema wants those.
 */
export function validateToolArguments (tool: Pick<LlmTool, 'parameters'>, json: string): { ok: true, args: ToolArguments } | { ok: false, problem: string } {
  let args: unknown
  try {
    args = json.trim() === '' ? {} : JSON.parse(json)
  } catch {
    return { ok: false, problem: 'they are not JSON' }
  }
  if (!isObject(args)) return { ok: false, problem: 'they are not an object' }
  const validate = validatorOf(tool.parameters)
  if (validate(args)) return { ok: true, args }
  const problems = (validate.errors ?? []).slice(0, MAX_PROBLEMS).map(({ instancePath, message, params }) => {
    const extra: unknown = Reflect.get(params, 'additionalProperty')
    return `${instancePath.slice(1).replaceAll('/', '.') || 'they'} ${message ?? 'are not valid'}${typeof extra === 'string' ? ` (${extra})` : ''}`
  })
  return { ok: false, problem: problems.join('; ') }
}

/**
 * A compiler for each schema: one that is kept would keep every schema it ever saw. Without the meta-schema it takes about a millisecond.
 * `pattern` is unknown to it, because a regular expression of an agent's owner could stop the process for everybody's calls.
 */
function validatorOf (schema: JsonSchema): ValidateFunction {
  let validate = compiled.get(schema)
  if (validate === undefined) {
    const ajv = new Ajv({ meta: false, strict: true, strictTypes: false, strictTuples: false, strictRequired: false, validateFormats: false, coerceTypes: true, allErrors: true, logger: false })
    ajv.addVocabulary(NOTES)
    for (const keyword of ['pattern', 'patternProperties']) ajv.removeKeyword(keyword)
    compiled.set(schema, validate = ajv.compile(schema))
  }
  return validate
}

const isObject = (value: unknown): value is ToolArguments => typeof value === 'object' && value !== null && !Array.isArray(value)
