import { test } from 'tap'
import { parseAgentTools } from '../../../src/call/tools/agent-tools.ts'
import { buildTools, toolsOfCall, type ToolPorts } from '../../../src/call/tools/index.ts'
import type { Tool } from '../../../src/call/tools/tool.ts'
import { VirtualClock } from '../../../src/clock.ts'
import { EarshotError } from '../../../src/errors.ts'

const never = new AbortController().signal
const context = { callerNumber: '+14155550123' }
const ports: ToolPorts = {
  sendSms: async () => {},
  fetch: async ({ url }) => ({ status: 200, contentType: 'text/plain', body: url, cut: false })
}

function callWith (tool: Partial<Tool>) {
  const clock = new VirtualClock()
  const failures: Array<[string, unknown]> = []
  const whole: Tool = { name: 'look', description: 'Looks.', parameters: { type: 'object' }, timeoutMs: 5000, run: async () => ({ content: 'seen' }), ...tool }
  const tools = toolsOfCall([whole], context, clock, ({ tool, error }) => { if (error !== undefined) failures.push([tool, error]) })
  return { clock, failures, run: async (json = '', signal = never, name = 'look') => await tools.run({ id: 'c1', name, arguments: json }, signal) }
}

test('every kind of tool is built, and described to the model', async (t) => {
  const settings = parseAgentTools([
    { type: 'end_call' }, { type: 'transfer_call', destinations: [{ name: 'Sales', number: '+14155550123' }] }, { type: 'send_dtmf' }, { type: 'send_sms' },
    { type: 'http', name: 'find_order', description: 'Finds an order.', url: 'https://example.com/{id}', parameters: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } }
  ])
  const call = toolsOfCall(buildTools(settings, ports), context, new VirtualClock())
  t.same(call.tools.map(({ name }) => name), ['end_call', 'transfer_call', 'send_dtmf', 'send_sms', 'find_order'])
  for (const tool of call.tools) t.same(Object.keys(tool).sort(), ['description', 'name', 'parameters'], 'nothing else goes to the model')
  t.same(await call.run({ id: '1', name: 'find_order', arguments: '{"id":"7"}' }, never), { content: 'https://example.com/7' })
  t.match(await call.run({ id: '1', name: 'end_call', arguments: '' }, never), { effect: { type: 'end_call' } })
  t.same(buildTools(undefined, ports).map(({ name }) => name), ['end_call'], 'by default it can hang up')
  t.same(buildTools([], ports), [])
})

test('a wrong call is explained to the model', async (t) => {
  const { run, failures } = callWith({ parameters: { type: 'object', required: ['id'] } })
  t.same(await run('{}'), { content: "The arguments are not valid: they must have required property 'id'." })
  t.same(await run('', never, 'other'), { content: 'There is no tool called other.' })
  t.same(failures, [])
})

test('a failure is a plain sentence, and its error goes to the log', async (t) => {
  const error = new TypeError('secret at /home/x.ts:3')
  const broken = callWith({ run: async () => { throw error } })
  t.same(await broken.run(), { content: 'This did not work.' })
  t.same(broken.failures, [['look', error]])
  t.same(await callWith({ run: () => { throw error } }).run(), { content: 'This did not work.' }, 'thrown at once')
  t.same(await callWith({ run: async () => { throw new EarshotError('forbidden', 'Not there.') } }).run(), { content: 'This did not work: Not there.' })
  t.same(await callWith({ parameters: { type: 'strange' } }).run(), { content: 'This did not work.' }, 'also a schema that nobody checked')
})

test('a slow tool is given up at its deadline, whether it listens or not', async (t) => {
  for (const listens of [true, false]) {
    let told = false
    const { clock, run, failures } = callWith({
      run: async (_args, _context, signal) => await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => { told = true; if (listens) reject(new Error('stopped')) })
      })
    })
    const outcome = run()
    await clock.advance(4999)
    t.notOk(told)
    await clock.advance(1)
    t.same(await outcome, { content: 'This did not work: It took too long.' })
    t.ok(told)
    t.match(failures, [['look', { code: 'provider_timeout' }]])
    t.equal(clock.pendingTimers, 0)
  }
})

test('an abort of the call is passed on and rejects with its reason', async (t) => {
  const reason = new Error('hung up')
  const abort = new AbortController()
  const { clock, run, failures } = callWith({ run: async () => await new Promise(() => {}) })
  const outcome = run('', abort.signal)
  abort.abort(reason)
  await t.rejects(outcome, reason)
  await t.rejects(run('', abort.signal), reason, 'and nothing is begun afterwards')
  t.same(failures, [])
  t.equal(clock.pendingTimers, 0)
})
