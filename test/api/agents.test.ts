import { test } from 'tap'
import { eachEngine } from '../support/engines.ts'
import { AGENT, buildApi, PHONE } from '../support/api.ts'

test('an agent has what its owner says, and the process\'s defaults', async (t) => {
  const ann = await (await buildApi(t, { STT_MODEL: 'hears', TTS_VOICE: 'sings' })).user('ann')
  await ann.send('POST', '/api/phones', PHONE)
  const { status, body: { agent } } = await ann.send('POST', '/api/agents', AGENT)
  t.equal(status, 201)
  t.match(agent, { ...AGENT, direction: 'incoming', sttModel: 'hears', inferenceModel: 'gpt-4o-mini', ttsVoice: 'sings', greeting: '', temperature: 0.7, maxTokens: 300, active: true })
  t.notOk('isDeleted' in agent || 'answered_number' in agent || 'revision' in agent)
  const tools = [{ type: 'transfer_call', destinations: [{ name: 'Sales', number: '+14155550177' }] }]
  const changed = await ann.send('PATCH', `/api/agents/${agent._id}`, { greeting: 'Hello!', temperature: 0, language: 'pt-BR', tools, turnTaking: { idleMs: 5_000 }, recordTape: true })
  t.same(changed.body.agent, { ...agent, greeting: 'Hello!', temperature: 0, language: 'pt-BR', tools, turnTaking: { idleMs: 5_000 }, recordTape: true })
  const cleared = await ann.send('PATCH', `/api/agents/${agent._id}`, { tools: null, turnTaking: null, language: null, recordTape: null })
  t.same(cleared.body.agent, { ...agent, greeting: 'Hello!', temperature: 0 })
  await ann.send('POST', '/api/agents', { ...AGENT, name: 'Caller', direction: 'outgoing' })
  const names = async (query: string) => (await ann.send('GET', `/api/agents?${query}`)).body.agents.map(({ name }: { name: string }) => name)
  t.same(await names('direction=outgoing'), ['Caller'])
  t.same(await names('active=true&sort=name'), ['Caller', 'Front desk'])
  t.same(await names('active=false'), [])
  t.equal((await ann.send('DELETE', `/api/agents/${agent._id}`)).status, 200)
  t.same(await names('direction=incoming'), [])
})

test('what is no agent is refused by field', async (t) => {
  const api = await buildApi(t)
  const [ann, bob] = [await api.user('ann'), await api.user('bob')]
  await ann.send('POST', '/api/phones', PHONE)
  await bob.send('POST', '/api/phones', { ...PHONE, phoneNumber: '+14155550124' })
  const cases: Array<[object, string]> = [
    [{ ...AGENT, phoneNumber: '+14155550124' }, 'phoneNumber'],
    [{ ...AGENT, phoneNumber: '+14155550125' }, 'phoneNumber'],
    [{ ...AGENT, direction: 'sideways' }, 'direction'],
    [{ ...AGENT, temperature: 2.1 }, 'temperature'],
    [{ ...AGENT, temperature: null }, 'temperature'],
    [{ ...AGENT, maxTokens: 0 }, 'maxTokens'],
    [{ ...AGENT, maxTokens: 1.5 }, 'maxTokens'],
    [{ ...AGENT, tools: [{ type: 'self_destruct' }] }, 'tools.0.type'],
    [{ ...AGENT, tools: [{ type: 'http', name: 'x', description: 'x', url: 'https://example.com', parameters: { type: 'object', $ref: '#' } }] }, 'tools.0.parameters.$ref'],
    [{ ...AGENT, turnTaking: { bargeInMs: -1 } }, 'turnTaking.bargeInMs'],
    [{ ...AGENT, turnTaking: { nonsense: 1 } }, 'turnTaking.nonsense'],
    [{ ...AGENT, language: 'English' }, 'language']
  ]
  for (const [body, field] of cases) t.match(await ann.send('POST', '/api/agents', body), { status: 400, body: { error: { code: 'invalid', field } } }, field)
  const { body: { agent } } = await ann.send('POST', '/api/agents', AGENT)
  t.match(await ann.send('PATCH', `/api/agents/${agent._id}`, { phoneNumber: '+14155550124' }), { status: 400, body: { error: { field: 'phoneNumber' } } })
  t.match(await ann.send('PATCH', `/api/agents/${agent._id}`, { tools: [{}] }), { status: 400, body: { error: { field: 'tools.0.type' } } })
})

eachEngine('a number has one active incoming agent, however many ask at once', async (t, database) => {
  const ann = await (await buildApi(t, {}, database)).user('ann')
  await ann.send('POST', '/api/phones', PHONE)
  const made = await Promise.all(Array.from({ length: 4 }, () => ann.send('POST', '/api/agents', AGENT)))
  t.same(made.map(({ status }) => status).sort(), [201, 409, 409, 409])
  t.match(made.find(({ status }) => status === 409)?.body.error, { code: 'duplicate', field: 'phoneNumber' })
  const { body: { agent } } = await ann.send('POST', '/api/agents', { ...AGENT, active: false })
  t.equal((await ann.send('PATCH', `/api/agents/${agent._id}`, { active: true })).status, 409)
  t.equal((await ann.send('PATCH', `/api/agents/${agent._id}`, { direction: 'outgoing', active: true })).status, 200)
  t.equal((await ann.send('PATCH', `/api/agents/${agent._id}`, { direction: 'incoming' })).status, 409)
})

test('the greeting of an agent that was made or changed is made ready', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  await ann.send('POST', '/api/phones', PHONE)
  const { body: { agent } } = await ann.send('POST', '/api/agents', { ...AGENT, greeting: 'Hello!' })
  await ann.send('PATCH', `/api/agents/${agent._id}`, { greeting: 'Good day!' })
  await ann.send('PATCH', `/api/agents/${agent._id}`, { temperature: 9 })
  t.same(api.warmed, ['Hello!', 'Good day!'])
})

test('the values of a tool\'s headers are written, never read', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  await ann.send('POST', '/api/phones', PHONE)
  const tool = { type: 'http', name: 'look_up', description: 'Looks it up.', url: 'https://crm.example.com/find', headers: { Authorization: 'Bearer hidden', 'X-Team': 'sales' } }
  const masked = { ...tool, headers: { Authorization: '***', 'X-Team': '***' } }
  const { body: { agent } } = await ann.send('POST', '/api/agents', { ...AGENT, tools: [{ type: 'end_call' }, tool] })
  t.same(agent.tools, [{ type: 'end_call' }, masked])
  const used = async () => {
    const stored = await api.stores.agents.findAny(agent._id)
    t.notMatch(JSON.stringify(stored), /hidden|sales/)
    return stored && api.stores.agents.decryptTools(stored)
  }
  t.same(await used(), [{ type: 'end_call' }, tool])
  const change = (tools: object[]) => ann.send('PATCH', `/api/agents/${agent._id}`, { tools })

  const kept = await change([{ ...masked, url: 'https://crm.example.com/search', headers: { ...masked.headers, 'X-Team': 'support' } }])
  t.same(kept.body.agent.tools, [{ ...masked, url: 'https://crm.example.com/search' }])
  t.match(await used(), [{ url: 'https://crm.example.com/search', headers: { Authorization: 'Bearer hidden', 'X-Team': 'support' } }])
  for (const answer of [await ann.send('GET', `/api/agents/${agent._id}`), await ann.send('GET', '/api/agents')]) t.notMatch(JSON.stringify(answer.body), /hidden|support|v1\./)

  const refused = { status: 400, body: { error: { code: 'invalid', field: 'tools.0.headers.Authorization' } } }
  t.match(await change([{ ...masked, url: 'https://thief.example.com/find' }]), refused, 'the value does not follow to another server')
  t.match(await change([{ ...masked, name: 'another' }]), refused, 'nor to another tool')
  t.match(await change([{ ...masked, headers: { 'X-New': '***' } }]), { status: 400, body: { error: { field: 'tools.0.headers.X-New' } } })
  t.match(await ann.send('POST', '/api/agents', { ...AGENT, direction: 'outgoing', tools: [masked] }), refused)
  t.match(await used(), [{ url: 'https://crm.example.com/search', headers: { Authorization: 'Bearer hidden' } }], 'what was refused has changed nothing')
})

test('how an agent takes turns is checked by the engine\'s own schema', async (t) => {
  const api = await buildApi(t)
  const ann = await api.user('ann')
  await ann.send('POST', '/api/phones', PHONE)
  const post = (turnTaking: object) => ann.send('POST', '/api/agents', { ...AGENT, direction: 'outgoing', turnTaking })
  t.match(await post({ bargeInMs: 63 }), { status: 400, body: { error: { field: 'turnTaking.bargeInMs' } } })
  t.match(await post({ waitMs: { finished: 10_001 } }), { status: 400, body: { error: { field: 'turnTaking.waitMs.finished' } } })
  t.match(await post({ waitMs: { finished: 300 }, bargeInMs: 64 }), { status: 201, body: { agent: { turnTaking: { waitMs: { finished: 300 }, bargeInMs: 64 } } } })
})
