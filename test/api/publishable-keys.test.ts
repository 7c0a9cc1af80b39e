import { test, type Test } from 'tap'
import { AGENT, buildApi, PHONE } from '../support/api.ts'

const setUp = async (t: Test) => {
  const api = await buildApi(t)
  const [ann, bob] = [await api.user('ann'), await api.user('bob')]
  await ann.send('POST', '/api/phones', PHONE)
  const { body: { agent } } = await ann.send('POST', '/api/agents', AGENT)
  await bob.send('POST', '/api/phones', { ...PHONE, phoneNumber: '+14155550124' })
  const { body: { agent: foreign } } = await bob.send('POST', '/api/agents', { ...AGENT, phoneNumber: '+14155550124' })
  return { ann, bob, foreign, site: { agentId: agent._id, name: 'Our site', origins: ['https://www.example.com'] } }
}

test('publishable keys: made with the line that embeds them, listed, changed in part, removed', async (t) => {
  const { ann, site } = await setUp(t)
  const { status, body: { publishableKey: made } } = await ann.send('POST', '/api/publishable-keys', { ...site, quota: { callsPerDay: 5 } })
  t.equal(status, 201)
  t.match(made, { ...site, key: /^pk_/, isActive: true, quota: { callsPerDay: 5, minutesPerDay: 200, concurrentCalls: 3, minutesPerCall: 10 }, usage: { calls: 0, running: [] } })
  t.equal(made.embed, `<script src="http://localhost:3000/widget.js" data-key="${made.key}" async></script>`)
  t.notOk('isDeleted' in made || 'revision' in made)

  const url = `/api/publishable-keys/${made._id}`
  const { body: { publishableKey: changed } } = await ann.send('PATCH', url, { quota: { minutesPerCall: 2 }, origins: ['https://shop.example.com', 'http://localhost:5173'], isActive: false })
  t.match(changed, { key: made.key, name: 'Our site', quota: { callsPerDay: 5, minutesPerCall: 2, minutesPerDay: 200 }, origins: ['https://shop.example.com', 'http://localhost:5173'], isActive: false })
  t.same((await ann.send('GET', url)).body.publishableKey, changed)
  t.equal((await ann.send('GET', '/api/publishable-keys?isActive=true')).body.publishableKeys.length, 0)
  t.same((await ann.send('GET', `/api/publishable-keys?agentId=${site.agentId}`)).body.publishableKeys, [changed])
  t.equal((await ann.send('DELETE', url)).status, 200)
  t.equal((await ann.send('GET', url)).status, 404)
  t.equal((await ann.send('PATCH', url, { isActive: true })).status, 404)
})

test('what is no publishable key is refused by field', async (t) => {
  const { ann, foreign, site } = await setUp(t)
  const { body: { publishableKey } } = await ann.send('POST', '/api/publishable-keys', site)
  const cases: Array<[object, string]> = [
    [{ agentId: foreign._id }, 'agentId'],
    [{ agentId: 'none' }, 'agentId'],
    [{ name: '' }, 'name'],
    [{ origins: [] }, 'origins'],
    [{ origins: ['https://a.example', 'https://a.example'] }, 'origins'],
    ...['*', 'null', 'www.example.com', 'https://*.example.com', 'https://www.example.com/', 'https://www.example.com/path', 'https://WWW.example.com', 'https://www.example.com:443', 'http://www.example.com', 'http://localhost.example.com', 'https://u@www.example.com', 'javascript:alert(1)', 'file:///x']
      .map((origin): [object, string] => [{ origins: ['https://www.example.com', origin] }, 'origins.1']),
    [{ quota: { callsPerDay: -1 } }, 'quota.callsPerDay'],
    [{ quota: { concurrentCalls: 0 } }, 'quota.concurrentCalls'],
    [{ quota: { minutesPerCall: 1.5 } }, 'quota.minutesPerCall'],
    [{ quota: { calls: 1 } }, 'quota.calls'],
    [{ key: 'pk_mine' }, 'key'],
    [{ usage: { calls: 0 } }, 'usage'],
    [{ userId: 'someone' }, 'userId']
  ]
  for (const [fields, field] of cases) {
    t.match(await ann.send('POST', '/api/publishable-keys', { ...site, ...fields }), { status: 400, body: { error: { code: 'invalid', field } } }, JSON.stringify(fields))
    t.match(await ann.send('PATCH', `/api/publishable-keys/${publishableKey._id}`, fields), { status: 400, body: { error: { field } } }, JSON.stringify(fields))
  }
})
