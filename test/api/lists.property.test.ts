import fc from 'fast-check'
import { VirtualClock } from '../../src/clock.ts'
import type { OpenApiDocument } from '../../src/api/openapi.ts'
import type { Collection, Database, Document, Index } from '../../src/store/collection.ts'
import { COLLECTIONS } from '../../src/store/collections.ts'
import { createId } from '../../src/store/id.ts'
import { AGENT, buildApi, PHONE, type Api, type ApiUser } from '../support/api.ts'
import { eachEngine } from '../support/engines.ts'

interface List {
  collection: string
  /** What it is ordered by unless asked. */
  order: string
  /** The fields of a document that no other may have the values of. */
  unique?: string[]
  /** Where a row has its document, if it is not one itself. */
  documentIn?: string
}

/** Each list that is read page by page. */
const LISTS: Record<string, List> = {
  '/api/phones': { collection: 'registered_phone_numbers', order: '-created_at' },
  '/api/prompts': { collection: 'prompts', order: '-created_at' },
  '/api/agents': { collection: 'agents', order: '-created_at' },
  '/api/scheduled-calls': { collection: 'scheduled_calls', order: '-created_at' },
  '/api/publishable-keys': { collection: 'publishable_keys', order: '-created_at', unique: ['key'] },
  '/api/webhooks': { collection: 'webhooks', order: '-created_at' },
  '/api/webhooks/{id}/deliveries': { collection: 'webhook_deliveries', order: '-created_at' },
  '/api/do-not-call': { collection: 'opt_outs', order: '-created_at' },
  '/api/do-not-text': { collection: 'opt_outs', order: '-created_at' },
  '/api/api-keys': { collection: 'api_keys', order: '-created_at', unique: ['keyHash'] },
  '/api/messages': { collection: 'messages', order: '-created_at', unique: ['messageSid'] },
  '/api/messages/threads': { collection: 'messages', order: '-created_at', unique: ['messageSid', 'fromNumber'], documentIn: 'lastMessage' },
  '/api/calls': { collection: 'calls', order: '-start_time', unique: ['call_sid'] },
  '/api/audit-log': { collection: 'audit_log', order: '-at' }
}

/** The same database, and the collections that are opened in it. */
const watched = (database: Database): { database: Database, collections: Map<string, Collection<Document>> } => {
  const collections = new Map<string, Collection<Document>>()
  return {
    collections,
    database: {
      ...database,
      async collection<D extends Document> (name: string, indexes: readonly Index[]) {
        const opened = await database.collection<D>(name, indexes)
        collections.set(name, opened)
        return opened
      }
    }
  }
}

/** One document in each list; answers the webhook's id. */
const fill = async ({ stores, clock }: Api, { userId, send }: ApiUser): Promise<string> => {
  const { body: { phone } } = await send('POST', '/api/phones', PHONE)
  const { body: { agent } } = await send('POST', '/api/agents', AGENT)
  const { body: { prompt } } = await send('POST', '/api/prompts', { name: 'p', content: 'c', phoneNumberId: phone._id })
  await send('POST', '/api/scheduled-calls', { callType: 'ai', fromPhoneNumberId: phone._id, toPhoneNumbers: ['+14155550100'], scheduledDateTime: '2026-02-01T09:00:00Z', promptId: prompt._id })
  await send('POST', '/api/publishable-keys', { agentId: agent._id, name: 'site', origins: ['https://www.example.com'] })
  const { body: { webhook: { _id: webhookId } } } = await send('POST', '/api/webhooks', { url: 'https://example.com/hook', events: ['call.ended'] })
  await stores.webhookDeliveries.enqueue({ userId, webhookId, eventId: 'evt', type: 'call.ended', body: '{}', subjectId: 'c', sequence: 0 })
  for (const list of ['do-not-call', 'do-not-text']) await send('POST', `/api/${list}`, { phoneNumber: '+14155550100' })
  await stores.calls.create({ userId, call_sid: 'CA1', from_number: '+14155550100', to_number: PHONE.phoneNumber, agent_id: agent._id, session_id: 's', start_time: new Date(clock.now()) })
  await stores.messages.create(userId, { messageSid: 'SM1', fromNumber: '+14155550100', toNumber: PHONE.phoneNumber, body: 'b' })
  return webhookId
}

/** Few values, so that many documents have the same; texts also beyond the plane that UTF-16 has in one unit. */
const valueOf = (field: string, n: number, template: unknown): unknown =>
  template instanceof Date ? new Date(template.getTime() + n * 1000) : field === 'url' ? `https://example.com/${'aBé😀'.slice(0, n)}` : field === 'phoneNumber' ? `+1415555010${n}` : ['a', 'B', 'é', '😀', 'a b'][n]

const Step = fc.oneof(
  fc.record({ do: fc.constant('insert' as const), value: fc.nat(4) }),
  fc.record({ do: fc.constant('remove' as const), at: fc.nat() })
)

eachEngine('every list, in every order that it offers, has each document once while others come and go between its pages', async (t, given) => {
  const { database, collections } = watched(given)
  const api = await buildApi(t, {}, database)
  const ann = await api.user('ann')
  const webhookId = await fill(api, ann)
  const { paths }: OpenApiDocument = JSON.parse(JSON.stringify(api.app.swagger()))
  const lists = Object.entries(paths).flatMap(([path, { get }]) => get?.parameters?.some(({ name }) => name === 'cursor') === true
    ? [{ path: path.replace(/(?<=.)\/$/, ''), sorts: get.parameters.find(({ name }) => name === 'sort')?.schema.enum?.map(String) }]
    : [])
  t.same(lists.map(({ path }) => path).sort(), Object.keys(LISTS).sort(), 'a new list is entered here')

  for (const { path, sorts } of lists) {
    const list = LISTS[path]
    const collection = collections.get(list?.collection ?? '')
    if (list === undefined || collection === undefined) continue
    const channel = path.startsWith('/api/do-not-') ? { channel: path === '/api/do-not-call' ? 'calls' : 'messages' } : {}
    const [kept] = await collection.find({ userId: ann.userId, ...channel })
    const fields = COLLECTIONS[list.collection]?.schema.properties ?? {}
    // Without what the store keeps of it to hold a rule: these are copies of one document.
    const template = Object.fromEntries(Object.entries(kept ?? {}).filter(([field]) => field in fields || field === 'revision'))
    for (const sort of sorts ?? [list.order]) {
      const field = sort.replace('-', '')
      const clock = new VirtualClock()
      const made: string[] = []
      const insert = async (value: number): Promise<string> => {
        const _id = createId(clock.now())
        await collection.insertOne({ ...template, _id, [field]: valueOf(field, value, template[field]), ...Object.fromEntries((list.unique ?? []).map((field) => [field, `${path} ${sort} ${_id}`])) })
        made.push(_id)
        return _id
      }
      await fc.assert(fc.asyncProperty(fc.array(fc.nat(4), { minLength: 4, maxLength: 10 }), fc.array(fc.array(Step, { maxLength: 3 }), { maxLength: 5 }), fc.integer({ min: 2, max: 4 }), async (values, between, limit) => {
        await collection.deleteMany({ _id: { $in: made.splice(0) } })
        const there: string[] = []
        for (const value of values) there.push(await insert(value))
        const always = new Set(there)
        const seen: Array<Record<string, unknown>> = []
        let cursor: string | undefined
        for (let page = 0; page === 0 || cursor !== undefined; page++) {
          const query = `limit=${limit}${sorts === undefined ? '' : `&sort=${sort}`}${cursor === undefined ? '' : `&cursor=${cursor}`}`
          const { status, body } = await ann.send('GET', `${path.replace('{id}', webhookId)}?${query}`)
          if (status !== 200) throw new Error(`${path}?${query}: ${status} ${JSON.stringify(body)}`)
          const rows = Object.values(body).find((value) => Array.isArray(value)) as Array<Record<string, unknown>>
          seen.push(...list.documentIn === undefined ? rows : rows.map((row) => row[list.documentIn ?? ''] as Record<string, unknown>))
          cursor = body.nextCursor
          for (const step of between[page] ?? []) {
            if (step.do === 'insert') there.push(await insert(step.value))
            else if (there.length > 0) {
              const [gone = ''] = there.splice(step.at % there.length, 1)
              always.delete(gone)
              await collection.deleteMany({ _id: gone })
            }
          }
        }
        const ids = seen.map(({ _id }) => String(_id))
        if (new Set(ids).size !== ids.length) throw new Error(`${path} ${sort}: one comes twice`)
        const missing = [...always].filter((id) => !ids.includes(id))
        if (missing.length > 0) throw new Error(`${path} ${sort}: ${missing.length} of ${always.size} are missing`)
        // Equal ones stand together: a value that has been passed does not come again.
        const order = seen.map((document) => String(document[field])).filter((value, n, all) => value !== all[n - 1])
        if (new Set(order).size !== order.length) throw new Error(`${path} ${sort}: not in order: ${order.join()}`)
        if (template[field] instanceof Date && order.join() !== [...order].sort((a, b) => (a < b ? -1 : 1) * (sort.startsWith('-') ? -1 : 1)).join()) throw new Error(`${path} ${sort}: not in order: ${order.join()}`)
      }), { numRuns: 3 })
      t.pass(`${path} ${sort}`)
    }
  }
})
