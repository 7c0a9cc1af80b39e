import { test } from 'tap'
import { exampleOf } from '../../src/api/examples.ts'
import type { JsonSchema } from '../../src/api/openapi.ts'
import { AGENT, buildApi, PHONE, type Api } from '../support/api.ts'

/** The routes that need no user. Whatever is not here must not work without one. */
const PUBLIC = new Set(['POST /api/auth/register', 'POST /api/auth/login', 'GET /api/auth/registration'])

const NOWHERE = '0'.repeat(24)

interface Route { method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, endless: boolean, body: object }

const routesOf = ({ app }: Api): Route[] =>
  Object.entries(app.swagger().paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods ?? {}).map(([method, route]) => ({
      method: method.toUpperCase() as Route['method'],
      path: path.replace(/(?<=.)\/$/, ''),
      endless: JSON.stringify(route).includes('text/event-stream'),
      body: requiredOf(route)
    })))

/** As little as a route's body may have: what it needs, from the example. */
const requiredOf = (route: unknown): object => {
  const { requestBody } = route as { requestBody?: { content: { 'application/json'?: { schema: JsonSchema } } } }
  const schema = requestBody?.content['application/json']?.schema
  return Object.fromEntries((schema?.required ?? []).map((field) => [field, exampleOf(schema?.properties?.[field] ?? {}, field)]))
}

/** One document of each kind, by the path of its resource. */
const fill = async (api: Api, name: string, phoneNumber: string) => {
  const owner = await api.user(name)
  const { body: { phone } } = await owner.send('POST', '/api/phones', { ...PHONE, phoneNumber })
  const { body: { prompt } } = await owner.send('POST', '/api/prompts', { name: 'p', content: 'c', phoneNumberId: phone._id })
  const { body: { agent } } = await owner.send('POST', '/api/agents', { ...AGENT, phoneNumber })
  const { body: { scheduledCall } } = await owner.send('POST', '/api/scheduled-calls', { callType: 'ai', fromPhoneNumberId: phone._id, toPhoneNumbers: ['+14155550100'], scheduledDateTime: '2026-02-01T09:00:00Z', promptId: prompt._id })
  const { body: { doNotCall } } = await owner.send('POST', '/api/do-not-call', { phoneNumber: '+14155550100' })
  const { body: { doNotText } } = await owner.send('POST', '/api/do-not-text', { phoneNumber: '+14155550100' })
  const { body: { webhook } } = await owner.send('POST', '/api/webhooks', { url: 'https://example.com/hook', events: ['call.ended'] })
  const { body: { apiKey } } = await owner.send('POST', '/api/api-keys', { name: 'k' })
  const { body: { publishableKey } } = await owner.send('POST', '/api/publishable-keys', { agentId: agent._id, name: 'site', origins: ['https://www.example.com'] })
  const { call } = await api.stores.calls.create({ userId: owner.userId, call_sid: `CA${name}`, from_number: '+14155550100', to_number: phoneNumber, agent_id: agent._id, session_id: 's', start_time: new Date(api.clock.now()) })
  const { message } = await api.stores.messages.create(owner.userId, { messageSid: `SM${name}`, fromNumber: '+14155550100', toNumber: phoneNumber, body: 'b' })
  const ids = new Map<string, string>([['phones', phone._id], ['prompts', prompt._id], ['agents', agent._id], ['scheduled-calls', scheduledCall._id], ['api-keys', apiKey._id], ['do-not-call', doNotCall._id], ['do-not-text', doNotText._id], ['calls', call._id], ['publishable-keys', publishableKey._id], ['messages', message._id], ['webhooks', webhook._id]])
  return { owner, ids }
}

/** Everything that its owner sees. */
const view = async ({ owner, ids }: Awaited<ReturnType<typeof fill>>) =>
  await Promise.all([...ids.keys()].map(async (kind) => (await owner.send('GET', `/api/${kind}`)).body))

test('no route works without a user but those that make one', async (t) => {
  const api = await buildApi(t)
  const routes = routesOf(api)
  t.ok(routes.length > 25, `${routes.length} routes`)
  for (const { method, path } of routes) {
    if (PUBLIC.has(`${method} ${path}`)) continue
    const answer = await api.app.inject({ method, url: path.replace('{id}', NOWHERE) })
    t.match({ status: answer.statusCode, body: answer.json() }, { status: 401, body: { success: false, error: { code: 'unauthorized' } } }, `${method} ${path}`)
  }
})

test('to a stranger, another user\'s documents are as if they never were, on every route', async (t) => {
  const api = await buildApi(t)
  const ann = await fill(api, 'ann', PHONE.phoneNumber)
  const bob = await api.user('bob')
  const before = await view(ann)
  for (const { method, path, endless, body } of routesOf(api)) {
    const kind = path.split('/')[2] ?? ''
    const id = ann.ids.get(kind)
    const send = (url: string) => bob.send(method, url, ['POST', 'PATCH'].includes(method) ? body : undefined)
    if (path.includes('{')) {
      // A new kind of document must be added to fill(), or this fails.
      t.ok(id, `a document for ${path}`)
      const theirs = await send(path.replace('{id}', String(id)))
      t.match(theirs, { status: 404, body: { error: { code: 'not_found' } } }, `${method} ${path}`)
      t.same(theirs, await send(path.replace('{id}', NOWHERE)), 'nothing tells the two apart')
    } else if (method === 'GET' && !endless) { // What is told on an endless one has a test of its own.
      const answer = await send(path)
      t.equal(answer.status, 200, `${method} ${path}`)
      t.notMatch(JSON.stringify(answer.body), new RegExp([...ann.ids.values(), ann.owner.userId].join('|')))
    }
  }
  t.same(await view(ann), before, 'and all of it is as it was')
})

test('what its owner removed is restored by its owner alone, with all that it had', async (t) => {
  const api = await buildApi(t)
  const ann = await fill(api, 'ann', PHONE.phoneNumber)
  const bob = await api.user('bob')
  await api.stores.calls.complete('CAann', { end_time: new Date(api.clock.now()) })
  const restorable = routesOf(api).flatMap(({ path }) => path.endsWith('/{id}/restore') ? [String(path.split('/')[2])] : [])
  // A number goes last and comes first: agents and schedules need it.
  const kinds = restorable.sort((a, b) => Number(a === 'phones') - Number(b === 'phones'))
  t.ok(kinds.length >= 8, kinds.join(', '))
  const read = async (kind: string) => {
    const { updated_at: _, ...rest } = Object.values<Record<string, unknown>>((await ann.owner.send('GET', `/api/${kind}/${ann.ids.get(kind)}`)).body)[1] ?? {}
    return rest
  }
  const before = new Map<string, object>()
  for (const kind of kinds) {
    before.set(kind, await read(kind))
    t.match(await ann.owner.send('POST', `/api/${kind}/${ann.ids.get(kind)}/restore`), { status: 404 }, `${kind}: nothing was removed`)
    t.match(await ann.owner.send('DELETE', `/api/${kind}/${ann.ids.get(kind)}`), { status: 200 }, kind)
  }
  t.match(await ann.owner.send('POST', `/api/agents/${ann.ids.get('agents')}/restore`), { status: 400, body: { error: { field: 'phoneNumber' } } }, 'an agent needs its number')
  t.match(await ann.owner.send('POST', `/api/prompts/${ann.ids.get('prompts')}/restore`), { status: 400, body: { error: { field: 'phoneNumberId' } } }, 'so does a prompt')
  t.match(await ann.owner.send('POST', `/api/do-not-text/${ann.ids.get('do-not-call')}/restore`), { status: 404 }, 'a list has its own')
  for (const kind of kinds.reverse()) {
    t.match(await bob.send('POST', `/api/${kind}/${ann.ids.get(kind)}/restore`), { status: 404 })
    t.match(await ann.owner.send('POST', `/api/${kind}/${ann.ids.get(kind)}/restore`), { status: 200 }, kind)
    t.same(await read(kind), before.get(kind), kind)
  }
  await ann.owner.send('DELETE', `/api/do-not-call/${ann.ids.get('do-not-call')}`)
  await ann.owner.send('POST', '/api/do-not-call', { phoneNumber: '+14155550100' })
  t.match(await ann.owner.send('POST', `/api/do-not-call/${ann.ids.get('do-not-call')}/restore`), { status: 409, body: { error: { code: 'duplicate' } } }, 'what took its place stays')
})

test('nor can a stranger refer to them', async (t) => {
  const api = await buildApi(t)
  const ann = await fill(api, 'ann', PHONE.phoneNumber)
  const bob = await fill(api, 'bob', '+14155550124')
  const own = (kind: string) => String(bob.ids.get(kind))
  const schedule = { callType: 'ai', fromPhoneNumberId: own('phones'), toPhoneNumbers: ['+14155550100'], scheduledDateTime: '2026-02-01T09:00:00Z', promptId: own('prompts') }
  const references: Array<[Route['method'], string, (reference: string) => object, string, string]> = [
    ['POST', '/api/prompts', (phoneNumberId) => ({ name: 'p', content: 'c', phoneNumberId }), String(ann.ids.get('phones')), NOWHERE],
    ['PATCH', `/api/prompts/${own('prompts')}`, (phoneNumberId) => ({ phoneNumberId }), String(ann.ids.get('phones')), NOWHERE],
    ['POST', '/api/agents', (phoneNumber) => ({ ...AGENT, phoneNumber }), PHONE.phoneNumber, '+14155550188'],
    ['PATCH', `/api/agents/${own('agents')}`, (phoneNumber) => ({ phoneNumber }), PHONE.phoneNumber, '+14155550188'],
    ['POST', '/api/scheduled-calls', (fromPhoneNumberId) => ({ ...schedule, fromPhoneNumberId }), String(ann.ids.get('phones')), NOWHERE],
    ['POST', '/api/scheduled-calls', (promptId) => ({ ...schedule, promptId }), String(ann.ids.get('prompts')), NOWHERE],
    ['PATCH', `/api/scheduled-calls/${own('scheduled-calls')}`, (fromPhoneNumberId) => ({ fromPhoneNumberId }), String(ann.ids.get('phones')), NOWHERE],
    ['PATCH', `/api/scheduled-calls/${own('scheduled-calls')}`, (promptId) => ({ promptId }), String(ann.ids.get('prompts')), NOWHERE]
  ]
  for (const [method, url, body, theirs, nobodys] of references) {
    const answer = await bob.owner.send(method, url, body(theirs))
    t.equal(answer.status, 400, `${method} ${url}`)
    t.same(answer, await bob.owner.send(method, url, body(nobodys)), 'nothing tells it from what never was')
  }
})

test('hostile bodies are refused', async (t) => {
  const api = await buildApi(t)
  const { owner: ann } = await fill(api, 'ann', PHONE.phoneNumber)
  const post = async (payload: string) => {
    const answer = await api.app.inject({ method: 'POST', url: '/api/prompts', headers: { authorization: 'Bearer secret_of_ann', 'content-type': 'application/json' }, payload })
    return { status: answer.statusCode, code: answer.json().error?.code }
  }
  t.same(await post('{"__proto__":{"isAdmin":true},"name":"x"}'), { status: 400, code: 'invalid' })
  t.same(await post('{"constructor":{"prototype":{"isAdmin":true}},"name":"x"}'), { status: 400, code: 'invalid' })
  t.same(await post('{"name":'), { status: 400, code: 'invalid' })
  t.same(await post(''), { status: 400, code: 'invalid' })
  t.same(await post('[]'), { status: 400, code: 'invalid' })
  t.same(await post('null'), { status: 400, code: 'invalid' })
  t.same(await post(JSON.stringify({ name: 'x'.repeat(2_000_000) })), { status: 413, code: 'too_large' })
  t.notOk('isAdmin' in {})
  t.equal((await ann.send('GET', '/api/phones/' + encodeURIComponent('{"$ne":null}'))).status, 404)
  t.equal((await ann.send('GET', '/api/phones/' + 'x'.repeat(65))).status, 400)
})
