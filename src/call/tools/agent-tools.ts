import { Type, type Static, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { EarshotError } from '../../errors.ts'
import { checkParameters } from './arguments.ts'
import { checkHttpTool } from './http-tool-settings.ts'

const ContactSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 60, description: 'What the model and the caller call it' }),
  number: Type.String({ pattern: '^\\+[1-9]\\d{1,14}$', description: 'E.164' }),
  description: Type.Optional(Type.String({ maxLength: 300, description: 'When to choose it' }))
}, { additionalProperties: false })

const strict = { additionalProperties: false }

const AGENT_TOOLS = {
  end_call: Type.Object({ type: Type.Literal('end_call') }, strict),
  transfer_call: Type.Object({
    type: Type.Literal('transfer_call'),
    destinations: Type.Array(ContactSchema, { minItems: 1, maxItems: 20, description: 'The only numbers that a call can be transferred to' })
  }, strict),
  send_dtmf: Type.Object({ type: Type.Literal('send_dtmf') }, strict),
  send_sms: Type.Object({
    type: Type.Literal('send_sms'),
    recipients: Type.Optional(Type.Array(ContactSchema, { maxItems: 20, description: 'Who can be written to beside the caller' }))
  }, strict),
  http: Type.Object({
    type: Type.Literal('http'),
    name: Type.String({ pattern: '^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$', description: 'What the model calls it' }),
    description: Type.String({ minLength: 1, maxLength: 1000, description: 'What it does and when to use it, for the model' }),
    parameters: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'JSON Schema of the arguments, an object' })),
    method: Type.Optional(Type.Enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])),
    url: Type.String({ minLength: 8, maxLength: 2000, description: 'https://…; {name} stands for an argument, in the path or the query' }),
    headers: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 4000 }))),
    timeoutMs: Type.Optional(Type.Integer({ minimum: 500, maximum: 30_000 })),
    maxResponseBytes: Type.Optional(Type.Integer({ minimum: 256, maximum: 65_536 }))
  }, strict)
}

type AgentTools = typeof AGENT_TOOLS
/** A tool as an agent's owner sets it up. */
export type AgentTool = { [Kind in keyof AgentTools]: Static<AgentTools[Kind]> }[keyof AgentTools]
export type HttpToolSettings = Static<AgentTools['http']>
export type Contact = Static<typeof ContactSchema>

const validators = new Map(Object.entries(AGENT_TOOLS).map(([type, schema]) => [type, Compile(schema as TSchema)]))

/** What an agent can do whose owner said nothing of it. */
export const DEFAULT_AGENT_TOOLS: AgentTool[] = [{ type: 'end_call' }]

/**
 * Checks an agent's tools, as they come from a request or from the store.
 * @throws {EarshotError} `invalid`, naming the field ("tools.1.url: …")
 */
export function parseAgentTools (tools: readonly unknown[]): AgentTool[] {
  const names = new Set<string>()
  return tools.map((tool, index) => {
    const parsed = parseAgentTool(tool, `tools.${index}`)
    const name = parsed.type === 'http' ? parsed.name : parsed.type
    if (names.has(name)) invalid(`tools.${index}`, `there is another tool called “${name}”`)
    names.add(name)
    return parsed
  })
}

function parseAgentTool (tool: unknown, field: string): AgentTool {
  const type = typeof tool === 'object' && tool !== null && 'type' in tool ? tool.type : undefined
  const validator = validators.get(String(type))
  if (validator === undefined) return invalid(`${field}.type`, `must be one of ${[...validators.keys()].join(', ')}`)
  const [error] = validator.Errors(tool)
  if (error !== undefined) return invalid(`${field}${error.instancePath.replaceAll('/', '.')}`, error.keyword === 'boolean' ? 'is not a known field' : error.message)
  const parsed = tool as AgentTool
  if (parsed.type === 'http') {
    const problem = checkHttpTool(parsed)
    if (problem !== undefined) invalid(`${field}.${problem.field}`, problem.message)
    const schemaProblem = parsed.parameters === undefined ? undefined : checkParameters(parsed.parameters)
    if (schemaProblem !== undefined) invalid(`${field}.parameters`, schemaProblem)
  }
  return parsed
}

function invalid (field: string, message: string): never {
  throw new EarshotError('invalid', `${field}: ${message}`, { field })
}
