import { COLLECTIONS } from '../../src/store/collections.ts'
import type { ExportedDocument } from '../../src/store/user-data.ts'
import { eachStores } from '../support/engines.ts'

const PHONE = { uuid: 'u', phoneNumber: '+14155550123', provider: 'twilio', twilioAccountSid: `AC${'0'.repeat(32)}`, twilioAuthToken: 'the auth token', isActive: true } as const
const AGENT = { name: 'a', phoneNumber: PHONE.phoneNumber, direction: 'incoming', sttModel: 's', inferenceModel: 'i', ttsModel: 't', ttsVoice: 'v', systemPrompt: 'p', greeting: '', temperature: 1, maxTokens: 1, active: true } as const

eachStores('all of a user\'s documents are handed out, without secrets', async (t, { stores, clock, raw }) => {
  const { _id: userId } = await stores.users.create({ email: 'ann@example.com', passwordHash: 'hash of a password' })
  const { _id: otherId } = await stores.users.create({ email: 'bob@example.com', passwordHash: 'none' })
  await stores.apiKeys.create(userId, { name: 'k', secret: 'secret of a key' })
  await stores.sessions.create(userId, 'token', new Date(clock.now() + 1_000))
  await stores.phones.create(userId, PHONE)
  await stores.agents.create(userId, { ...AGENT, tools: [{ type: 'http', name: 'crm', url: 'https://example.com', headers: { authorization: 'Bearer crm' } }] })
  const prompt = await stores.prompts.create(userId, { name: 'n', content: 'c', phoneNumberId: 'p', category: 'general' })
  await stores.prompts.remove(userId, prompt._id)
  await stores.prompts.create(otherId, { name: 'bob\'s', content: 'c', phoneNumberId: 'p', category: 'general' })
  for (let n = 0; n < 600; n++) await stores.messages.create(userId, { messageSid: `SM${n}`, fromNumber: '+14155550199', toNumber: PHONE.phoneNumber, body: 'b' }, { answer: ['internal'] })

  const found: ExportedDocument[] = []
  for await (const document of stores.userData.documents(userId)) found.push(document)
  t.same(new Set(found.map(({ collection }) => collection)), new Set(['users', 'api_keys', 'sessions', 'registered_phone_numbers', 'agents', 'prompts', 'messages']))
  t.equal(found.filter(({ collection }) => collection === 'messages').length, 600)
  const text = JSON.stringify(found)
  t.match(found.find(({ collection }) => collection === 'prompts'), { document: { _id: prompt._id, isDeleted: true } }, 'what was removed softly is the user\'s still')
  t.match(found.find(({ collection }) => collection === 'agents'), { document: { tools: [{ type: 'http', url: 'https://example.com' }] } })
  t.notMatch(text, /bob|internal|answered_number|revision|headers/)
  for (const [name, { secrets = [] }] of Object.entries(COLLECTIONS)) {
    for (const secret of secrets) t.notOk(found.some(({ collection, document }) => collection === name && secret in document), `${name}.${secret}`)
  }
  for (const document of await raw('registered_phone_numbers')) t.notMatch(text, String(Object.entries(document).find(([field]) => field === 'twilioAuthToken')?.[1]))
})
