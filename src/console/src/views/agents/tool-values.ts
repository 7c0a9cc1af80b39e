import { ApiError } from '../../api/client.ts'
import type { Agent } from '../../api/types.ts'

export interface Contact { name: string, number: string, description: string }
/** An HTTP tool as a form has it: its schema as JSON, its headers a line each. */
export interface HttpTool { name: string, description: string, method: string, url: string, parameters: string, headers: string, timeoutMs: string, maxResponseBytes: string }

/** What an agent may do; a list of contacts that is left out is a tool that it has not. */
export interface ToolValues { endCall: boolean, sendDtmf: boolean, transfer: Contact[] | undefined, sms: Contact[] | undefined, http: HttpTool[] }

type Tool = NonNullable<Agent['tools']>[number]

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

export const newHttpTool = (): HttpTool => ({
  name: '', description: '', method: 'GET', url: '', headers: '', timeoutMs: '', maxResponseBytes: '', parameters: JSON.stringify({ type: 'object', properties: {}, required: [] }, null, 2)
})

/** Of an agent whose owner said nothing of tools, it can end the call. */
export const toolValuesOf = (tools: Tool[] = [{ type: 'end_call' }]): ToolValues => {
  const of = (type: string) => tools.find((tool) => tool['type'] === type)
  const transfer = of('transfer_call')
  const sms = of('send_sms')
  return {
    endCall: of('end_call') !== undefined,
    sendDtmf: of('send_dtmf') !== undefined,
    transfer: transfer && contactsOf(transfer['destinations']),
    sms: sms && contactsOf(sms['recipients']),
    http: tools.filter((tool) => tool['type'] === 'http').map(httpValuesOf)
  }
}

const text = (value: unknown): string => value === undefined || value === null ? '' : String(value)

const contactsOf = (given: unknown): Contact[] => {
  const contacts: Array<Record<string, unknown>> = Array.isArray(given) ? given : []
  return contacts.map(({ name, number, description }) => ({ name: text(name), number: text(number), description: text(description) }))
}

const httpValuesOf = ({ name, description, method, url, parameters, headers, timeoutMs, maxResponseBytes }: Tool): HttpTool => ({
  name: text(name),
  description: text(description),
  method: method === undefined ? 'GET' : text(method),
  url: text(url),
  parameters: parameters === undefined ? '' : JSON.stringify(parameters, null, 2),
  headers: Object.entries(headers ?? {}).map(([header, value]) => `${header}: ${value}`).join('\n'),
  timeoutMs: text(timeoutMs),
  maxResponseBytes: text(maxResponseBytes)
})

/** The parts of a form in the order in which the API gets them. */
const order = ({ endCall, sendDtmf, transfer, sms, http }: ToolValues): string[] =>
  [...(endCall ? ['endCall'] : []), ...(sendDtmf ? ['sendDtmf'] : []), ...(transfer ? ['transfer'] : []), ...(sms ? ['sms'] : []), ...http.map((_, n) => `http.${n}`)]

/** Where in the form that is which the API calls "1.url". */
export const placeOf = (values: ToolValues, errorAt: string | undefined): string | undefined => {
  const [index, ...rest] = errorAt?.split('.') ?? []
  const part = order(values)[Number(index)]
  return index === undefined || part === undefined ? undefined : [part, ...rest].join('.').replace(/\.(destinations|recipients)/, '')
}

/** @param notJson what is said of a schema that is no JSON @throws ApiError naming its field */
export const toolsOf = (values: ToolValues, notJson: string): Tool[] => {
  const { endCall, sendDtmf, transfer, sms, http } = values
  const before = order(values).length - http.length
  return [
    ...(endCall ? [{ type: 'end_call' }] : []),
    ...(sendDtmf ? [{ type: 'send_dtmf' }] : []),
    ...(transfer ? [{ type: 'transfer_call', destinations: transfer.map(contactOf) }] : []),
    ...(sms ? [{ type: 'send_sms', ...(sms.length > 0 ? { recipients: sms.map(contactOf) } : {}) }] : []),
    ...http.map((tool, n) => httpOf(tool, `tools.${before + n}.parameters`, notJson))
  ]
}

const contactOf = ({ name, number, description }: Contact) => ({ name: name.trim(), number: number.replace(/[\s().-]/g, ''), ...(description.trim() === '' ? {} : { description: description.trim() }) })

const httpOf = ({ name, description, method, url, parameters, headers, timeoutMs, maxResponseBytes }: HttpTool, field: string, notJson: string): Tool => {
  const given = headers.split('\n').flatMap((line) => {
    const [header = '', ...value] = line.split(':')
    return header.trim() === '' ? [] : [[header.trim(), value.join(':').trim()] as const]
  })
  return {
    type: 'http',
    name: name.trim(),
    description,
    method,
    url: url.trim(),
    ...(parameters.trim() === '' ? {} : { parameters: parsed(parameters, field, notJson) }),
    ...(given.length > 0 ? { headers: Object.fromEntries(given) } : {}),
    ...(timeoutMs.trim() === '' ? {} : { timeoutMs: Number(timeoutMs) }),
    ...(maxResponseBytes.trim() === '' ? {} : { maxResponseBytes: Number(maxResponseBytes) })
  }
}

const parsed = (json: string, field: string, notJson: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    throw new ApiError('invalid', notJson, field)
  }
}
