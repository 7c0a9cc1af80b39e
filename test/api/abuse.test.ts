import { randomBytes } from 'node:crypto'
import { test } from 'tap'
import { SESSION_COOKIE } from '../../src/api/authentication.ts'
import { exampleOf } from '../../src/api/examples.ts'
import type { JsonSchema, OpenApiDocument } from '../../src/api/openapi.ts'
import { sha256 } from '../../src/store/id.ts'
import { AGENT, buildApi, PHONE, type Api } from '../support/api.ts'

const NOWHERE = '0'.repeat(24)

interface Route { method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, open: boolean, endless: boolean, params: string[], query: Array<{ name: string, schema: JsonSchema }>, body: JsonSchema | undefined }

/** Every route of the API's description, as it is before references are made of its resources. */
const routesOf = ({ app }: Api): Route[] => {
  const { paths }: OpenApiDocument = JSON.parse(JSON.stringify(app.swagger()))
  return Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, { security, parameters = [], requestBody, responses }]) => ({
    method: method.toUpperCase() as Route['method'],
    path: path.replace(/(?<=.)\/$/, ''),
    open: security !== undefined,
    endless: JSON.stringify(responses).includes('text/event-stream'),
    params: parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name),
    query: parameters.filter((parameter) => parameter.in === 'query'),
    body: requestBody?.content['application/json']?.schema
  })))
}

const urlOf = ({ path, params }: Route, given: Record<string, string> = {}) => params.reduce((url, name) => url.replace(`{${name}}`, given[name] ?? NOWHERE), path)

/** Sends as somebody who is signed in, and answers what went wrong, if the answer is not a refusal by the API itself. */
const attacker = (api: Api, wrong: string[]) => {
  const answered = { count: 0 }
  const send = async (route: Route, what: string, { url = urlOf(route), payload, status = (code: number) => code === 400 }: { url?: string, payload?: string | undefined, status?: (code: number) => boolean }) => {
    const answer = await api.app.inject({ method: route.method, url, headers: { authorization: 'Bearer secret_of_ann', ...(payload !== undefined && { 'content-type': 'application/json' }) }, ...(payload !== undefined && { payload }) })
    answered.count++
    const refused = status(answer.statusCode) && (answer.statusCode < 400 || answer.json().success === false)
    if (!refused) wrong.push(`${route.method} ${url.slice(0, 120)} ${what}: ${answer.statusCode} ${answer.body.slice(0, 200)}`)
  }
  return { send, answered }
}

/** What is never of a field's type; operators of the database among it. */
const foreignTo = ({ type, anyOf, enum: words }: JsonSchema): unknown[] => {
  const types = [type ?? anyOf?.map(({ type }) => type) ?? (words === undefined ? [] : 'string')].flat(2)
  const all: Array<[string, unknown]> = [
    ['object', { $ne: null }],
    ['object', { $gt: '' }],
    ['object', { $where: 'return true' }],
    ['object', { __proto__: null, constructor: { prototype: { isAdmin: true } } }],
    ['array', [{ $ne: null }]],
    ['array', [[[]]]],
    ['number', 5],
    ['number', -1e308],
    ['boolean', true],
    ['string', '$where']
  ]
  return all.filter(([of]) => !types.includes(of) && !(of === 'number' && types.includes('integer'))).map(([, value]) => value)
}

test('no operator of the database, no prototype and no value of another type comes in, at any place of any route', async (t) => {
  const api = await buildApi(t)
  await api.user('ann')
  const wrong: string[] = []
  const { send, answered } = attacker(api, wrong)
  const routes = routesOf(api)
  t.ok(routes.length > 80, `${routes.length} routes`)
  for (const route of routes) {
    const body = route.body && exampleOf(route.body) as Record<string, unknown>
    const payload = body && JSON.stringify(body)
    for (const name of route.params) {
      for (const value of ['{"$ne":null}', '[$ne]', '__proto__', 'constructor', '$where', '\u0000', '../phones', 'x'.repeat(65), 'x'.repeat(5_000)]) {
        await send(route, `param ${name}`, { url: urlOf(route, { [name]: encodeURIComponent(value) }), payload, status: (code) => code === 400 || code === 404 || code === 409 })
      }
    }
    const asked = (query: string) => `${urlOf(route)}?${query}`
    for (const { name, schema } of route.query) {
      const words = schema.type === 'string' && schema.enum === undefined && schema.format === undefined
      for (const query of [`${name}[$ne]=1`, `${name}[]=a&${name}[]=b`, `${name}.$gt=1`, `${name}=a&${name}=b`, `${name}=${'x'.repeat(5_000)}`, ...words ? [] : [`${name}=%7B%22%24ne%22%3Anull%7D`]]) await send(route, 'query', { url: asked(query), payload })
    }
    if (route.query.length > 0) for (const query of ['__proto__=1', '__proto__[isAdmin]=1', 'constructor=1', '$where=1', 'userId=1']) await send(route, 'query', { url: asked(query), payload })
    if (body === undefined || payload === undefined) continue
    for (const [name, schema] of Object.entries(route.body?.properties ?? {})) {
      for (const value of foreignTo(schema)) await send(route, `body ${name} ${JSON.stringify(value)}`, { payload: JSON.stringify({ ...body, [name]: value }) })
    }
    for (const extra of ['"__proto__":{"isAdmin":true}', '"constructor":{"prototype":{"isAdmin":true}}', '"$where":"1"', '"userId":"x"', '"isDeleted":false', '"_id":"x"']) await send(route, extra, { payload: `{${extra},${payload.slice(1)}` })
    for (const raw of ['[]', 'null', '"x"', '5', '{', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`]) await send(route, raw.slice(0, 20), { payload: raw })
  }
  t.same(wrong, [], `of ${answered.count} requests`)
  t.notOk('isAdmin' in {})
})

test('what is too large is refused', async (t) => {
  const api = await buildApi(t)
  await api.user('ann')
  const wrong: string[] = []
  const { send } = attacker(api, wrong)
  for (const route of routesOf(api)) {
    if (route.body !== undefined) await send(route, 'large', { payload: JSON.stringify({ large: 'x'.repeat(2_000_000) }), status: (code) => code === 413 })
  }
  t.same(wrong, [])
})

test('what is nested deeper than any database keeps is refused by name, in the one kind of field that may have any form', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  await ann.send('POST', '/api/phones', PHONE)
  const withTool = async (levels: number) => {
    const parameters = `${'{"type":"object","properties":{"inner":'.repeat(levels)}{}${'}}'.repeat(levels)}`
    const tool = `{"type":"http","name":"look_up","description":"Looks up.","url":"https://example.com/","method":"POST","parameters":${parameters}}`
    const answer = await api.app.inject({ method: 'POST', url: '/api/agents', headers: { authorization: 'Bearer secret_of_ann', 'content-type': 'application/json' }, payload: `{"tools":[${tool}],${JSON.stringify({ ...AGENT, active: false }).slice(1)}` })
    return { status: answer.statusCode, body: answer.json() }
  }
  t.match(await withTool(5), { status: 201 })
  for (const levels of [60, 20_000]) t.match(await withTool(levels), { status: 400, body: { error: { code: 'invalid', field: 'tools' } } }, `${levels}`)
})

test('a key or a session that has ended, been removed or never was opens no route, nor does one from another site', async (t) => {
  const api = await buildApi(t, { PUBLIC_URL: 'https://earshot.example' })
  const { userId } = await api.user('ann')
  const { apiKeys, sessions } = api.stores
  const now = api.clock.now()
  await apiKeys.create(userId, { name: 'expired', secret: 'expired', expiresAt: new Date(now + 1000) })
  const removed = await apiKeys.create(userId, { name: 'removed', secret: 'removed' })
  await apiKeys.remove(userId, removed._id)
  await sessions.create(userId, 'ended', new Date(now + 1000))
  await sessions.create(userId, 'signed-out', new Date(now + 1e9))
  await sessions.removeByToken('signed-out')
  await sessions.create(userId, 'good', new Date(now + 1e9))
  await api.clock.advance(1000)
  const session = (token: string) => ({ cookie: `${SESSION_COOKIE}=${token}` })
  const refused: Array<[number, Record<string, string>]> = [
    ...['expired', 'removed', randomBytes(32).toString('base64url'), sha256('secret_of_ann'), '$ne', ''].map((secret) => [401, { authorization: `Bearer ${secret}` }] as [number, Record<string, string>]),
    ...['ended', 'signed-out', 'forged', sha256('good'), ''].map((token) => [401, session(token)] as [number, Record<string, string>]),
    [401, { cookie: 'earshot_session[$ne]=x' }]
  ]
  const forged = [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site', origin: 'https://earshot.example' }]
  const wrong: string[] = []
  for (const route of routesOf(api)) {
    if (route.open) continue
    const expect = async (status: number, headers: Record<string, string>) => {
      const { statusCode } = await api.app.inject({ method: route.method, url: urlOf(route), headers })
      if (statusCode !== status) wrong.push(`${route.method} ${route.path} ${JSON.stringify(headers)}: ${statusCode}`)
    }
    for (const [status, headers] of refused) await expect(status, headers)
    if (route.method !== 'GET') for (const headers of forged) await expect(403, { ...session('good'), ...headers })
  }
  t.same(wrong, [])
  t.equal((await api.app.inject({ url: '/api/auth/me', headers: session('good') })).statusCode, 200)
})
