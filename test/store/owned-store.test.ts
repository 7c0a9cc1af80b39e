import { eachStores } from '../support/engines.ts'
import type { PromptRecord } from '../../src/store/prompts.ts'

const fields = { name: 'Welcome', content: 'Be kind.', phoneNumberId: 'phone1' }

eachStores('a document has its owner, its times and its defaults, and nothing the store keeps to itself', async (t, { stores: { prompts }, clock }) => {
  const made = await prompts.create('user1', fields)
  const now = new Date(clock.now())
  t.strictSame(made, { category: 'general', ...fields, _id: made._id, userId: 'user1', created_at: now, updated_at: now, isDeleted: false })
  t.strictSame(await prompts.find('user1', made._id), made)
})

eachStores('a change touches only what it names; undefined takes a field away', async (t, { stores: { prompts }, clock }) => {
  const made = await prompts.create('user1', { ...fields, description: 'old' })
  await clock.advance(5_000)
  const changed = await prompts.update('user1', made._id, { name: 'New', category: 'sales' })
  t.strictSame(changed, { ...made, name: 'New', category: 'sales', updated_at: new Date(clock.now()) })
  const bare = await prompts.update('user1', made._id, { description: undefined })
  t.notOk(bare !== undefined && 'description' in bare)
  t.equal(bare?.name, 'New')
})

eachStores('changes at the same time are all kept', async (t, { stores: { prompts } }) => {
  const { _id } = await prompts.create('user1', fields)
  await Promise.all([prompts.update('user1', _id, { name: 'A' }), prompts.update('user1', _id, { content: 'B' }), prompts.update('user1', _id, { category: 'C' })])
  t.match(await prompts.find('user1', _id), { name: 'A', content: 'B', category: 'C' })
})

eachStores('another user\'s document, a removed one and an unknown one are alike: not there', async (t, { stores: { prompts } }) => {
  const mine = await prompts.create('user1', fields)
  const removed = await prompts.create('user1', fields)
  t.equal(await prompts.remove('user1', removed._id), true)
  for (const [userId, id] of [['user2', mine._id], ['user1', removed._id], ['user1', '0'.repeat(24)], ['user1', '']] as const) {
    t.equal(await prompts.find(userId, id), undefined)
    t.equal(await prompts.update(userId, id, { name: 'stolen' }), undefined)
    t.equal(await prompts.remove(userId, id), false)
  }
  t.strictSame((await prompts.list('user1')).items, [mine])
  t.same((await prompts.list('user2')).items, [])
})

eachStores('a removal is taken back by its owner, once, unless something has taken its place', async (t, { stores: { prompts, phones }, clock }) => {
  const made = await prompts.create('user1', { ...fields, description: 'old' })
  t.equal(await prompts.restore('user1', made._id), undefined, 'it is there')
  await prompts.remove('user1', made._id)
  t.equal(await prompts.restore('user2', made._id), undefined)
  t.match(await prompts.findRemoved('user1', made._id), { description: 'old' })
  await clock.advance(1000)
  const restored = { ...made, updated_at: new Date(clock.now()) }
  t.strictSame(await prompts.restore('user1', made._id), restored)
  t.strictSame(await prompts.find('user1', made._id), restored)

  const phone = { phoneNumber: '+14155550123', twilioAccountSid: 'AC1', twilioAuthToken: 't', isActive: true }
  const first = await phones.create('user1', phone)
  await phones.remove('user1', first._id)
  const second = await phones.create('user2', phone)
  await t.rejects(phones.restore('user1', first._id), { code: 'duplicate', field: 'phoneNumber' })
  await phones.remove('user2', second._id)
  t.match(await phones.restore('user1', first._id), { phoneNumber: '+14155550123' })
  await t.rejects(phones.create('user2', phone), { code: 'duplicate' }, 'and it holds its number again')
})

eachStores('lists are newest first, filtered, paged', async (t, { stores: { prompts }, clock }) => {
  const made: PromptRecord[] = []
  for (let n = 0; n < 5; n++) {
    made.unshift(await prompts.create('user1', { ...fields, name: `p${n}`, category: n % 2 === 0 ? 'even' : 'odd' }))
    await clock.advance(1000)
  }
  t.strictSame((await prompts.list('user1')).items, made)
  t.same((await prompts.list('user1', { filter: { category: 'odd' }, sort: { field: 'name', direction: 1 } })).items.map(({ name }) => name), ['p1', 'p3'])
  const first = await prompts.list('user1', { limit: 3 })
  const second = await prompts.list('user1', { limit: 3, cursor: String(first.nextCursor) })
  t.strictSame([...first.items, ...second.items], made)
})

eachStores('names that an engine would misread are refused by both', async (t, { stores: { agents } }) => {
  const agent = { name: 'a', phoneNumber: '+14155550123', direction: 'incoming', sttModel: 's', inferenceModel: 'i', ttsModel: 't', ttsVoice: 'v', systemPrompt: '', greeting: '', temperature: 0, maxTokens: 1, active: false } as const
  await t.rejects(agents.create('user1', { ...agent, tools: [{ parameters: { $ref: '#' } }] }), { code: 'invalid', field: 'tools.0.parameters.$ref' })
  const { _id } = await agents.create('user1', agent)
  await t.rejects(agents.update('user1', _id, { tools: [{}, { headers: { 'a.b': 'c' } }] }), { code: 'invalid', field: 'tools.1.headers.a.b' })
  t.equal((await agents.update('user1', _id, { tools: [{ headers: { 'a-b': 'c.$d' } }] }))?.tools?.length, 1, 'values may hold anything')
})

eachStores('a change or removal may ask for a state', async (t, { stores: { scheduledCalls }, clock }) => {
  const { _id } = await scheduledCalls.create('user1', { callType: 'normal', fromPhoneNumberId: 'p', toPhoneNumbers: ['+14155550100'], scheduledDateTime: new Date(clock.now()) })
  const claims = await Promise.all([1, 2, 3].map(() => scheduledCalls.update('user1', _id, { status: 'completed' }, { status: 'pending' })))
  t.equal(claims.filter((claim) => claim !== undefined).length, 1)
  t.equal(await scheduledCalls.update('user1', _id, { status: 'failed' }, { userId: 'user2', status: 'pending' }), undefined)
})
