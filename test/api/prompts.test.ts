import { test } from 'tap'
import { buildApi, PHONE } from '../support/api.ts'

test('prompts: made, listed by phone and category, changed, removed', async (t) => {
  const ann = await (await buildApi(t)).user('ann')
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  const { body: { phone: other } } = await ann.send('POST', '/api/phones', { ...PHONE, phoneNumber: '+14155550124' })
  const { status, body: { prompt } } = await ann.send('POST', '/api/prompts', { name: 'Welcome', content: 'Be kind.', phoneNumberId: phone._id, description: 'For all' })
  t.equal(status, 201)
  t.match(prompt, { _id: String, name: 'Welcome', content: 'Be kind.', category: 'general', description: 'For all', created_at: '2026-01-01T00:00:00.000Z' })
  t.notOk('isDeleted' in prompt || 'revision' in prompt)
  await ann.send('POST', '/api/prompts', { name: 'Sale', content: 'Sell.', phoneNumberId: other._id, category: 'sales' })
  const names = async (query: string) => (await ann.send('GET', `/api/prompts?${query}`)).body.prompts.map(({ name }: { name: string }) => name)
  t.same(await names('sort=name'), ['Sale', 'Welcome'])
  t.same(await names('sort=-name'), ['Welcome', 'Sale'])
  t.same(await names(`phoneNumberId=${phone._id}`), ['Welcome'])
  t.same(await names('category=sales'), ['Sale'])
  t.same(await names(`category=sales&phoneNumberId=${phone._id}`), [])
  const changed = await ann.send('PATCH', `/api/prompts/${prompt._id}`, { content: 'Be brief.', description: null, phoneNumberId: other._id })
  const { description, ...rest } = prompt
  t.same(changed.body.prompt, { ...rest, content: 'Be brief.', phoneNumberId: other._id }, description)
  t.equal((await ann.send('DELETE', `/api/prompts/${prompt._id}`)).status, 200)
  t.same(await names(''), ['Sale'])
})

test('what is no prompt is refused by field', async (t) => {
  const api = await buildApi(t)
  const [ann, bob] = [await api.user('ann'), await api.user('bob')]
  const { body: { phone } } = await ann.send('POST', '/api/phones', PHONE)
  const { body: { phone: foreign } } = await bob.send('POST', '/api/phones', { ...PHONE, phoneNumber: '+14155550124' })
  const prompt = { name: 'Welcome', content: 'Be kind.', phoneNumberId: phone._id }
  const cases: Array<[object, string]> = [
    [{ ...prompt, name: '' }, 'name'],
    [{ ...prompt, content: undefined }, 'content'],
    [{ ...prompt, content: 'x'.repeat(50_001) }, 'content'],
    [{ ...prompt, phoneNumberId: foreign._id }, 'phoneNumberId'],
    [{ ...prompt, phoneNumberId: 'none' }, 'phoneNumberId'],
    [{ ...prompt, phoneNumberId: { $exists: true } }, 'phoneNumberId'],
    [{ ...prompt, category: 5 }, 'category'],
    [{ ...prompt, $where: 'true' }, '$where'],
    [{ ...prompt, constructor: {} }, 'constructor']
  ]
  for (const [body, field] of cases) t.match(await ann.send('POST', '/api/prompts', body), { status: 400, body: { error: { code: 'invalid', field } } }, field)
  const { body: { prompt: made } } = await ann.send('POST', '/api/prompts', prompt)
  t.match(await ann.send('PATCH', `/api/prompts/${made._id}`, { phoneNumberId: foreign._id }), { status: 400, body: { error: { field: 'phoneNumberId' } } })
  t.match(await ann.send('PATCH', `/api/prompts/${made._id}`, { name: null }), { status: 400, body: { error: { field: 'name' } } })
})
