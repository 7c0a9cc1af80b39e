import { EarshotError } from '../errors.ts'
import { mapHeaders, type AgentRecord } from '../store/agents.ts'

type Tools = NonNullable<AgentRecord['tools']>

/** What is shown in the place of a header's value. Sent back in a change, it leaves the value as it is. */
export const MASK = '***'

/** An agent as it is shown: its tools' headers by name only. */
export const withoutSecrets = <Agent extends { tools?: Tools }> (agent: Agent): Agent =>
  agent.tools === undefined ? agent : { ...agent, tools: mapHeaders(agent.tools, () => MASK) }

/**
 * The tools of a request with the values that its masks stand for.
 * @param tools checked
 * @param stored the tools that the agent has, in clear
 * @throws EarshotError `invalid` for a mask that stands for nothing, or whose value would go to another server than its owner gave it for
 */
export const unmasked = (tools: Tools, stored: Tools): Tools => mapHeaders(tools, (value, header, tool) => {
  if (value !== MASK) return value
  const field = `tools.${tools.indexOf(tool)}.headers.${header}`
  const before = stored.find(({ name }) => name === tool['name'])
  const kept = headerOf(before, header)
  if (kept === undefined) throw new EarshotError('invalid', `${field}: ${MASK} stands for no value that is stored.`, { field })
  if (originOf(before) !== originOf(tool)) throw new EarshotError('invalid', `${field}: the value must be given again for another server.`, { field })
  return kept
})

const headerOf = (tool: Tools[number] | undefined, name: string): string | undefined => {
  const headers = new Map<string, unknown>(Object.entries(tool?.['headers'] ?? {}))
  const value = headers.get(name)
  return typeof value === 'string' ? value : undefined
}

const originOf = (tool: Tools[number] | undefined): string => new URL(String(tool?.['url'])).origin
