import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { test, type Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import { createLog } from '../../src/log.ts'
import { openOtlpTracer } from '../../src/tracing/otlp.ts'
import { buildVirtual, call, say } from '../support/build.ts'

/** Of OTLP. */
const [SERVER, ERROR] = [2, 2]

interface Value { stringValue?: string, intValue?: number }
interface Attribute { key: string, value: Value }
interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Attribute[]
  kind: number
  status: { code?: number, message?: string }
  events: Array<{ name: string, attributes: Attribute[] }>
}
interface OtlpBody { resourceSpans: Array<{ resource: { attributes: Attribute[] }, scopeSpans: Array<{ spans: OtlpSpan[] }> }> }

/** A collector on this machine that takes OTLP/JSON. */
async function collector (t: Test) {
  const requests: Array<{ url: string | undefined, headers: IncomingMessage['headers'], body: OtlpBody }> = []
  const server = createServer((request, response) => {
    request.setEncoding('utf8').toArray().then((chunks: string[]) => {
      requests.push({ url: request.url, headers: request.headers, body: JSON.parse(chunks.join('')) as OtlpBody })
      response.setHeader('content-type', 'application/json').end('{}')
    }, () => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const spans = () => requests.flatMap(({ body }) => body.resourceSpans).flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans)
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, spans }
}

const attribute = (span: OtlpSpan | undefined, key: string): string | number | undefined => {
  const value = span?.attributes.find((candidate) => candidate.key === key)?.value
  return value?.stringValue ?? value?.intValue
}
const fromMs = (span: OtlpSpan): number => Number(BigInt(span.startTimeUnixNano) / 1_000_000n)
const toMs = (span: OtlpSpan): number => Number(BigInt(span.endTimeUnixNano) / 1_000_000n)

test('a call is a trace, each turn a span, each stage a span of its turn, by the engine\'s times; nothing that was said is in it', async (t) => {
  const { endpoint, requests, spans } = await collector(t)
  const gateway = await buildVirtual(t)
  const log = await createLog({ LOG_LEVEL: 'silent', NODE_ENV: 'test' })
  const tracer = openOtlpTracer({ endpoint: `${endpoint}/`, headers: 'x-key=a%20secret,tenant=7', serviceName: 'earshot-test', clock: gateway.clock, log })
  gateway.deps.tracer = tracer
  const { phone, transcript } = await call(gateway, [{ do: 'listen' }, say('demo-1'), { do: 'listen' }, say('demo-2', 1500), { do: 'wait', forMs: 200 }])
  await tracer.close()

  t.equal(requests[0]?.url, '/v1/traces')
  t.match(requests[0]?.headers, { 'x-key': 'a secret', tenant: '7', 'content-type': /json/ })
  t.match(requests[0]?.body.resourceSpans[0]?.resource.attributes, [{ key: 'service.name', value: { stringValue: 'earshot-test' } }])
  const all = spans()
  t.equal(new Set(all.map(({ traceId }) => traceId)).size, 1, 'one trace')
  const root = all.find(({ name }) => name === 'call')
  t.equal(root?.parentSpanId ?? '', '')
  t.equal(attribute(root, 'earshot.call_sid'), phone.callSid)
  t.equal(root?.kind, SERVER)
  t.notOk(all.some(({ status }) => status.code === ERROR))
  const record = await gateway.deps.stores.calls.findBySid(phone.callSid)
  t.equal(attribute(root, 'earshot.end_reason'), record?.end_reason)
  const turns = all.filter(({ name }) => name === 'turn').sort((a, b) => fromMs(a) - fromMs(b))
  t.ok(turns.length >= 2, transcript.join(' / '))
  t.ok(turns.every(({ parentSpanId }) => parentSpanId === root?.spanId))
  t.equal(attribute(turns[0], 'earshot.kind'), 'phrase', 'the greeting')
  t.ok(all.every((span) => fromMs(span) <= toMs(span) && fromMs(span) >= fromMs(root!)))

  const answer = record?.transcript.find(({ role, latency }) => role === 'assistant' && latency !== undefined)
  const latency = answer?.latency ?? {}
  const turn = turns.find((span) => fromMs(span) === (answer?.timestamp.getTime() ?? 0) - (latency['firstFrameMs'] ?? 0))
  t.ok(turn, 'a turn begins where the caller stopped speaking')
  t.equal(attribute(turn, 'earshot.kind'), 'answer')
  const stages = all.filter(({ parentSpanId }) => parentSpanId === turn?.spanId)
  const bounds = Object.fromEntries(stages.map((span) => [span.name, [fromMs(span) - fromMs(turn!), toMs(span) - fromMs(turn!)]]))
  t.match(bounds, { stt: [0, latency['sttMs']], llm: [latency['sttMs'], latency['llmFirstTokenMs']], tts: [latency['firstClauseMs'], latency['ttsFirstByteMs']], playback: [latency['firstFrameMs'], Number] })
  t.equal(stages.length, 4)
  const written = JSON.stringify(requests.map(({ body }) => body))
  for (const { text } of record?.transcript ?? []) t.notOk(written.includes(text.slice(0, 12)), 'no words')
  t.notOk(written.includes('+1'), 'no numbers')
})

test('what fails is marked: the call, and the stage by its name and code', async (t) => {
  const { endpoint, spans } = await collector(t)
  let heard = 0
  const gateway = await buildVirtual(t, { stt: { fail: () => heard++ === 0 ? { kind: 'error', code: 'provider_timeout' } : undefined } })
  const log = await createLog({ LOG_LEVEL: 'silent', NODE_ENV: 'test' })
  const tracer = openOtlpTracer({ endpoint, headers: undefined, serviceName: 'earshot', clock: gateway.clock, log })
  gateway.deps.tracer = tracer
  await call(gateway, [{ do: 'listen' }, say('no'), { do: 'listen' }, say('demo-4'), { do: 'listen' }])
  await tracer.close()
  const root = spans().find(({ name }) => name === 'call')
  t.match(root?.status, { code: ERROR, message: 'stt' })
  t.match(root?.events.find(({ name }) => name === 'failure')?.attributes, [{ key: 'earshot.stage', value: { stringValue: 'stt' } }, { key: 'error.type', value: { stringValue: 'provider_timeout' } }])
  t.same(spans().filter(({ name }) => name === 'turn').map((span) => attribute(span, 'earshot.kind')), ['phrase', 'phrase', 'answer'])
})

test('a tool that runs is a span of its call, in error when it did not work', async (t) => {
  const { endpoint, spans } = await collector(t)
  const reply = (name: string, args: object) => ({ type: 'tool_call' as const, id: name, name, arguments: JSON.stringify(args) })
  const gateway = await buildVirtual(t, {
    agent: { tools: [{ type: 'send_dtmf' }, { type: 'http', name: 'find_order', description: 'Finds an order.', url: 'http://127.0.0.1:9/', parameters: { type: 'object' } }] },
    llm: { reply: ({ messages }) => messages.at(-1)?.role === 'tool' ? 'Done.' : [reply('send_dtmf', { digits: '1' }), reply('find_order', {})] }
  })
  const log = await createLog({ LOG_LEVEL: 'silent', NODE_ENV: 'test' })
  const tracer = openOtlpTracer({ endpoint, headers: undefined, serviceName: 'earshot', clock: gateway.clock, log })
  gateway.deps.tracer = tracer
  await call(gateway, [{ do: 'listen' }, say('no'), { do: 'listen' }])
  await tracer.close()
  const root = spans().find(({ name }) => name === 'call')
  const tools = spans().filter(({ name }) => name === 'tool')
  t.match(tools.map((span) => [attribute(span, 'earshot.tool'), span.parentSpanId, span.status.code ?? 0, attribute(span, 'error.type')]), [
    ['send_dtmf', root?.spanId, 0, undefined],
    ['find_order', root?.spanId, ERROR, String]
  ])
})

test('a call that is taken up again elsewhere goes on in the same trace', async (t) => {
  const { endpoint, spans } = await collector(t)
  const log = await createLog({ LOG_LEVEL: 'silent', NODE_ENV: 'test' })
  const traced = { callSid: 'CA1', agentId: 'a', direction: 'incoming' }
  for (const callSid of ['CA1', 'CA1', 'CA2']) {
    const tracer = openOtlpTracer({ endpoint, headers: undefined, serviceName: 'earshot', clock: systemClock, log })
    tracer.begin({ ...traced, callSid }).happened({ type: 'closed', reason: 'connection_lost' })
    await tracer.close()
  }
  const [first, second, other] = spans().map(({ traceId }) => traceId)
  t.equal(first, second)
  t.not(first, other)
})

test('a collector that never answers disturbs no call and delays the end by some seconds at most', async (t) => {
  const silent = createServer(() => {})
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => {
    silent.closeAllConnections()
    silent.close()
  })
  const lines: string[] = []
  const log = await createLog({ LOG_LEVEL: 'warn', NODE_ENV: 'test' }, { write: (line) => { lines.push(line) } })
  const gateway = await buildVirtual(t)
  const tracer = openOtlpTracer({ endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`, headers: undefined, serviceName: 'earshot', clock: gateway.clock, log })
  gateway.deps.tracer = tracer
  const { report } = await call(gateway, [{ do: 'listen' }, say('demo-1'), { do: 'listen' }])
  t.same(report.gaps, [])
  const begunMs = performance.now()
  await tracer.close()
  t.ok(performance.now() - begunMs < 30_000)
  t.ok(lines.length >= 1 && lines.every((line) => line.includes('traces')), lines.join(''))
})
