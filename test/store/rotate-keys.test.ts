import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type Test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { openStores, type StoreOptions } from '../../src/store/open.ts'
import { rotateKeys } from '../../src/store/rotate-keys.ts'
import { renewEnvelopes } from '../../src/store/renew-envelopes.ts'
import { eachEngine, freshMongodbUrl, MONGODB_URL } from '../support/engines.ts'
import { folder } from '../support/folder.ts'

const clock = new VirtualClock()
const [OLD, NEW, OTHER] = [1, 2, 3].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [string, string, string]

const phone = (n: number) => ({ phoneNumber: `+1415555010${n}`, twilioAccountSid: 'AC' + '0'.repeat(32), twilioAuthToken: `token ${n}`, isActive: true })
const agent = { name: 'a', phoneNumber: '+14155550100', direction: 'incoming', sttModel: 'm', inferenceModel: 'm', ttsModel: 'm', ttsVoice: 'v', systemPrompt: '', greeting: '', temperature: 0, maxTokens: 1, active: true } as const
const headers = { authorization: 'Bearer 1', 'x-key': '2' }

/** Two phones, one of them removed; an agent with secrets and one without. */
const fill = async (options: StoreOptions) => {
  const stores = await openStores(options)
  await stores.phones.create('ann', phone(0))
  const gone = await stores.phones.create('ann', phone(1))
  await stores.phones.remove('ann', gone._id)
  await stores.agents.create('ann', { ...agent, tools: [{ type: 'http', name: 'look', headers }] })
  await stores.agents.create('bob', { ...agent, phoneNumber: '+14155550109' })
  await stores.close()
}

/** What the secrets are, read with these keys. */
const secretsOf = async (options: StoreOptions) => {
  const stores = await openStores(options)
  try {
    const [found] = (await stores.phones.list('ann')).items
    const [withTools] = (await stores.agents.list('ann')).items
    return [found && stores.phones.decryptAuthToken(found), withTools && stores.agents.decryptTools(withTools)?.[0]?.['headers']]
  } finally {
    await stores.close()
  }
}

const engines = (name: string, body: (t: Test, options: Omit<StoreOptions, 'encryptionKey'>) => Promise<void>) => {
  test(`${name} (embedded)`, async (t) => body(t, { dataDir: folder(t), clock }))
  test(`${name} (mongodb)`, { skip: MONGODB_URL === undefined && 'MONGODB_URL is not set' }, async (t) => body(t, { mongodbUrl: freshMongodbUrl(String(MONGODB_URL)), dataDir: folder(t), clock }))
}

engines('afterwards the new key alone opens everything, and a second run finds nothing to do', async (t, options) => {
  await fill({ ...options, encryptionKey: OLD })
  const rotate = async () => Object.fromEntries(await rotateKeys({ ...options, encryptionKey: `${NEW},${OLD}` }))
  t.match(await rotate(), { registered_phone_numbers: { renewed: 2, current: 0, unreadable: 0 }, agents: { renewed: 1, current: 0, unreadable: 0 } })
  t.same(await secretsOf({ ...options, encryptionKey: NEW }), ['token 0', headers])
  await t.rejects(secretsOf({ ...options, encryptionKey: OLD }), { code: 'internal' })
  t.match(await rotate(), { registered_phone_numbers: { renewed: 0, current: 2, unreadable: 0 }, agents: { renewed: 0, current: 1, unreadable: 0 } })
})

engines('what no key opens is told and left alone, and the rest goes on', async (t, options) => {
  await fill({ ...options, encryptionKey: OLD })
  t.same((await rotateKeys({ ...options, encryptionKey: `${NEW},${OTHER}` })).get('agents'), { renewed: 0, current: 0, unreadable: 1 })
  t.same(await secretsOf({ ...options, encryptionKey: OLD }), ['token 0', headers])
})

test('a data folder\'s own key is replaced when all is done; both are kept until then', async (t) => {
  const options = { dataDir: folder(t), clock }
  await fill(options)
  const file = async () => (await readFile(join(options.dataDir, 'encryption.key'), 'utf8')).trim()
  const before = await file()
  const stores = await openStores(options)
  await t.rejects(rotateKeys(options), { code: 'conflict' }, 'not under a running gateway')
  t.equal(await file(), before)
  await stores.close()
  await rotateKeys(options)
  const after = await file()
  t.match(after, /^[^,]{44}$/)
  t.not(after, before)
  t.same(await secretsOf(options), ['token 0', headers])
})

test('a change of the folder\'s key that was killed goes on with the key it had made', async (t) => {
  const options = { dataDir: folder(t), clock }
  await fill(options)
  const { folderKeyWithNew } = await import('../../src/store/secrets.ts')
  const keys = await folderKeyWithNew(options.dataDir)
  t.same(await secretsOf(options), ['token 0', headers], 'a gateway works in between')
  await rotateKeys(options)
  t.equal((await readFile(join(options.dataDir, 'encryption.key'), 'utf8')).trim(), keys.split(',')[0])
  t.same(await secretsOf(options), ['token 0', headers])
})

test('a shared database needs a key that others can know', async (t) => {
  await t.rejects(rotateKeys({ mongodbUrl: 'mongodb://127.0.0.1:1/x', dataDir: folder(t), clock }), { code: 'invalid', field: 'ENCRYPTION_KEY' })
})

eachEngine('a document that changes meanwhile is looked at anew', async (t, database) => {
  const items = await database.collection<{ _id: string, revision: number, secret: string }>('items', [])
  for (let n = 0; n < 250; n++) await items.insertOne({ _id: `i${String(n).padStart(3, '0')}`, revision: 0, secret: 'old' })
  let disturbed = false
  const disturbing = {
    ...items,
    find: items.find.bind(items),
    findOne: items.findOne.bind(items),
    async updateOne (...given: Parameters<typeof items.updateOne>) {
      if (!disturbed) {
        disturbed = true
        await items.updateOne({ _id: 'i000' }, { $set: { secret: 'changed' }, $inc: { revision: 1 } })
      }
      return await items.updateOne(...given)
    }
  }
  t.same(await renewEnvelopes(disturbing, ({ secret }) => ({ secret: secret.replace(/^(?!new)/, 'new ') })), { renewed: 250, current: 0, unreadable: 0 })
  t.equal((await items.findOne({ _id: 'i000' }))?.secret, 'new changed')
  t.equal(await items.count({ secret: /^new / }), 250)
})
