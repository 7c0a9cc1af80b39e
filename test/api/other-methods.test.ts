import { test } from 'tap'
import { buildApi } from '../support/api.ts'

test('an address says which methods it has', async (t) => {
  const { app } = await buildApi(t)
  const ask = async (method: 'PUT' | 'PATCH' | 'OPTIONS' | 'DELETE' | 'QUERY', url: string) => {
    const answer = await app.inject({ method, url })
    return { status: answer.statusCode, allow: String(answer.headers['allow']).split(', ').sort().join(' '), code: answer.json().error.code }
  }
  for (const url of ['/api/phones', '/api/phones/']) t.same(await ask('PUT', url), { status: 405, allow: 'GET HEAD POST', code: 'method_not_allowed' }, url)
  t.same(await ask('PUT', '/api/phones/x'), { status: 405, allow: 'DELETE GET HEAD PATCH', code: 'method_not_allowed' })
  t.same(await ask('DELETE', '/api/auth/login'), { status: 405, allow: 'POST', code: 'method_not_allowed' })
  t.match(await ask('QUERY', '/api/calls'), { status: 405 })
  t.match(await ask('OPTIONS', '/api/calls'), { status: 405 }, 'no other site is let in')
  t.match(await ask('PUT', '/api/nothing'), { status: 404 })
})
