import { test } from 'tap'
import { exampleOf } from '../../src/api/examples.ts'
import type { JsonSchema, Operation } from '../../src/api/openapi.ts'
import { buildApi } from '../support/api.ts'

const NO_TIMES = ['0213-08-21T06:47:46Z', '1969-12-31T23:59:59Z', '9999-12-31T23:59:59-01:00', '2016-12-31T23:59:60Z', '2026-02-30T09:00:00Z', '2026-03-02', '2026-03-02T09:00:00']

test('wherever a request tells a time, one that cannot be is refused by name', async (t) => {
  const { app, user } = await buildApi(t)
  await user('ann')
  const names = new Set<string>()
  for (const [path, operations] of Object.entries(app.swagger().paths ?? {})) {
    for (const [method, { parameters = [], requestBody }] of Object.entries(operations as Record<string, Operation>)) {
      const fieldsOf = { query: Object.fromEntries(parameters.flatMap(({ in: place, name, schema }) => place === 'query' ? [[name, schema]] : [])), body: requestBody?.content['application/json']?.schema.properties ?? {} }
      for (const [place, name] of [...timesIn(fieldsOf.query).map((name) => ['query', name] as const), ...timesIn(fieldsOf.body).map((name) => ['body', name] as const)]) {
        names.add(name)
        for (const time of NO_TIMES) {
          const query = new URLSearchParams(Object.entries({ ...examplesOf(fieldsOf.query), ...(place === 'query' && { [name]: time }) }).map(([field, value]): [string, string] => [field, String(value)]))
          const [type, body] = place === 'body' ? ['application/json', { ...examplesOf(fieldsOf.body), [name]: time }] : ['text/csv', 'phoneNumber']
          const answer = await app.inject({ method: method.toUpperCase() as 'POST', url: `${path.replace('{id}', '0'.repeat(24))}?${query}`, headers: { authorization: 'Bearer secret_of_ann', 'content-type': type }, ...(requestBody && { body }) })
          t.match(answer.json(), { error: { code: 'invalid', field: name, message: /1970 to 9999/ } }, `${method} ${path} ${name}=${time}`)
        }
      }
    }
  }
  t.same([...names].sort(), ['after', 'before', 'expiresAt', 'from', 'scheduledDateTime', 'started_after', 'started_before', 'to'])
})

const timesIn = (fields: Record<string, JsonSchema>): string[] => Object.keys(fields).filter((name) => fields[name]?.format === 'date-time')

const examplesOf = (fields: Record<string, JsonSchema>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, exampleOf(schema, name)]))
