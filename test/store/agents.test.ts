import type { NewAgent } from '../../src/store/agents.ts'
import { eachStores } from '../support/engines.ts'

const agent: NewAgent = {
  name: 'Front desk',
  phoneNumber: '+14155550123',
  direction: 'incoming',
  sttModel: 'whisper-1',
  inferenceModel: 'gpt-4o-mini',
  ttsModel: 'tts-1',
  ttsVoice: 'alloy',
  systemPrompt: 'You answer the phone.',
  greeting: '',
  temperature: 0.7,
  maxTokens: 300,
  active: true
}

eachStores('a number has at most one active incoming agent', async (t, { stores: { agents } }) => {
  const first = await agents.create('user1', agent)
  t.equal((await agents.findActiveIncoming(agent.phoneNumber))?._id, first._id)
  await t.rejects(agents.create('user1', agent), { code: 'duplicate', field: 'phoneNumber' })
  await agents.create('user1', { ...agent, direction: 'outgoing' })
  const second = await agents.create('user1', { ...agent, active: false })
  await t.rejects(agents.update('user1', second._id, { active: true }), { code: 'duplicate' })
  t.equal((await agents.find('user1', second._id))?.active, false, 'a refused change changes nothing')
  await agents.update('user1', first._id, { active: false })
  t.equal(await agents.findActiveIncoming(agent.phoneNumber), undefined)
  await agents.update('user1', second._id, { active: true })
  t.equal((await agents.findActiveIncoming(agent.phoneNumber))?._id, second._id)
  await agents.update('user1', second._id, { phoneNumber: '+14155550199' })
  t.equal((await agents.findActiveIncoming('+14155550199'))?._id, second._id)
  t.equal(await agents.findActiveIncoming(agent.phoneNumber), undefined)
  await agents.remove('user1', second._id)
  t.equal(await agents.findActiveIncoming('+14155550199'), undefined)
})

eachStores('of agents activated at once, one gets the number', async (t, { stores: { agents } }) => {
  const made = await Promise.all([1, 2, 3, 4].map(() => agents.create('user1', { ...agent, active: false })))
  const tries = await Promise.allSettled(made.map(({ _id }) => agents.update('user1', _id, { active: true })))
  t.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
  t.equal((await agents.list('user1', { filter: { active: true } })).items.length, 1)
})

eachStores('an agent is found without its owner for a call, unless removed', async (t, { stores: { agents } }) => {
  const { _id } = await agents.create('user1', { ...agent, language: 'en', tools: [{ name: 'end_call' }], recordTape: true })
  t.match(await agents.findAny(_id), { language: 'en', tools: [{ name: 'end_call' }], recordTape: true })
  await agents.remove('user1', _id)
  t.equal(await agents.findAny(_id), undefined)
})

eachStores('the values of a tool\'s headers are stored encrypted and come out by one door only', async (t, { stores: { agents }, raw }) => {
  const tools = [{ type: 'http', name: 'look_up', headers: { Authorization: 'Bearer hidden' } }, { type: 'end_call' }]
  const made = await agents.create('user1', { ...agent, tools })
  t.same(agents.decryptTools(made), tools)
  const changed = await agents.update('user1', made._id, { tools: [{ type: 'http', headers: { Authorization: 'Bearer secret' } }] })
  t.same(changed && agents.decryptTools(changed), [{ type: 'http', headers: { Authorization: 'Bearer secret' } }])
  t.notMatch(JSON.stringify(await raw('agents')), /hidden|secret/)
  t.throws(() => agents.decryptTools({ ...made, userId: 'user2' }), { code: 'internal' }, 'a copy in another user\'s agent does not open')
  t.equal(agents.decryptTools(await agents.create('user1', { ...agent, active: false })), undefined)
})
