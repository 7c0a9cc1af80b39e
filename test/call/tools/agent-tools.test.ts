import { test } from 'tap'
import { parseAgentTools } from '../../../src/call/tools/agent-tools.ts'

const http = {
  type: 'http',
  name: 'find_order',
  description: 'Finds an order.',
  parameters: { type: 'object', properties: { id: { type: 'string', format: 'uuid', example: 'x' } }, required: ['id'], additionalProperties: false },
  url: 'https://example.com/orders/{id}?full={id}'
}
const contact = { name: 'Sales', number: '+14155550123' }

test('good settings come back as they are', async (t) => {
  const tools = [{ type: 'end_call' }, { type: 'transfer_call', destinations: [contact] }, { type: 'send_dtmf' }, { type: 'send_sms' }, http, { ...http, name: 'other', method: 'POST', headers: { Authorization: 'Bearer k' }, timeoutMs: 3000 }]
  t.same(parseAgentTools(tools), tools)
  t.same(parseAgentTools([]), [])
})

test('bad ones are refused, and the field is named', async (t) => {
  const cases: Array<[tool: unknown, message: RegExp]> = [
    [null, /^tools\.0\.type: must be one of end_call, transfer_call, send_dtmf, send_sms, http$/],
    [{ type: 'constructor' }, /^tools\.0\.type: /],
    [{ type: 'end_call', extra: 1 }, /^tools\.0\.extra: is not a known field$/],
    [{ type: 'transfer_call', destinations: [] }, /^tools\.0\.destinations: /],
    [{ type: 'transfer_call', destinations: [{ ...contact, number: '0190' }] }, /^tools\.0\.destinations\.0\.number: /],
    [{ ...http, name: 'no spaces' }, /^tools\.0\.name: /],
    [{ ...http, url: 'ftp://example.com/' }, /^tools\.0\.url: must begin with/],
    [{ ...http, url: 'https://{id}.example.com/' }, /^tools\.0\.url: must begin with/],
    [{ ...http, url: 'https://example.com{id}/' }, /^tools\.0\.url: must begin with/],
    [{ ...http, url: 'https://user:secret@example.com/{id}' }, /^tools\.0\.url: must begin with/],
    [{ ...http, url: 'https://example.com/{other}' }, /^tools\.0\.url: \{other\} is not among/],
    [{ ...http, url: 'https://example.com/#{id}' }, /^tools\.0\.url: must have no fragment/],
    [{ ...http, parameters: { ...http.parameters, required: [] } }, /^tools\.0\.parameters\.required: must name “id”/],
    [{ ...http, headers: { Host: 'internal' } }, /^tools\.0\.headers\.Host: /],
    [{ ...http, headers: { 'x-a': 'b\r\nhost: internal' } }, /^tools\.0\.headers\.x-a: /],
    [{ ...http, timeoutMs: 1 }, /^tools\.0\.timeoutMs: /],
    [{ ...http, parameters: { ...http.parameters, type: 'array' } }, /^tools\.0\.parameters: must be the schema of an object/],
    [{ ...http, parameters: { ...http.parameters, properties: { id: { type: 'strong' } } } }, /^tools\.0\.parameters: /],
    [{ ...http, parameters: { ...http.parameters, properties: { id: { type: 'string', pattern: '(a+)+$' } } } }, /^tools\.0\.parameters: .*pattern/],
    [{ ...http, parameters: { ...http.parameters, properties: { id: { $ref: 'https://example.com/schema' } } } }, /^tools\.0\.parameters: /],
    [{ ...http, parameters: { ...http.parameters, description: 'x'.repeat(20_000) } }, /^tools\.0\.parameters: must be at most/]
  ]
  for (const [tool, message] of cases) {
    t.throws(() => parseAgentTools([tool]), { code: 'invalid', message, field: /^tools\.0/ }, JSON.stringify(tool).slice(0, 200))
  }
  t.throws(() => parseAgentTools([{ type: 'end_call' }, { ...http, name: 'end_call' }]), { message: 'tools.1: there is another tool called “end_call”' })
})
