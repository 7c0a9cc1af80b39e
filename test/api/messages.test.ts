import { eachEngine } from '../support/engines.ts'
import { buildApi } from '../support/api.ts'

const OURS = '+14155550199'

eachEngine('messages by thread, and the threads with their last message', async (t, database) => {
  const api = await buildApi(t, {}, database)
  const [ann, bob] = [await api.user('ann'), await api.user('bob')]
  const rows: Array<[string, string, string, string?]> = [
    ['+14155550101', OURS, 'Hi, is this (really) the desk?', 'agent1'],
    [OURS, '+14155550101', 'It is.'],
    ['+14155550102', OURS, 'Call me back'],
    ['+14155550101', OURS, 'Thanks! 100% sure.']
  ]
  for (const [n, [fromNumber, toNumber, body, agentId]] of rows.entries()) {
    await api.stores.messages.create(ann.userId, { messageSid: `SM${n}`, fromNumber, toNumber, body, ...(agentId === undefined ? {} : { agentId }) })
    await api.clock.advance(1_000)
  }
  await api.stores.messages.create(bob.userId, { messageSid: 'SM9', fromNumber: '+14155550101', toNumber: OURS, body: 'To Bob' })
  const list = async (query: string) => {
    const { status, body } = await ann.send('GET', `/api/messages?${query}`)
    return status === 200 ? body.messages.map(({ messageSid: sid }: { messageSid: string }) => Number(sid.slice(2))) : body.error
  }
  const encoded = (number: string) => encodeURIComponent(number)
  t.same(await list(''), [3, 2, 1, 0])
  t.same(await list(`number=${encoded(OURS)}&otherNumber=${encoded('+14155550101')}`), [3, 1, 0])
  t.same(await list(`number=${encoded('+14155550102')}`), [2])
  t.same(await list('agentId=agent1'), [0])
  t.same(await list('search=THANKS'), [3])
  t.same(await list('search=(really)'), [0])
  t.same(await list('search=.*'), [], 'words, not a pattern')
  t.match(await list(`otherNumber=${encoded(OURS)}`), { code: 'invalid', field: 'number' })

  const { body: { threads } } = await ann.send('GET', '/api/messages/threads')
  t.match(threads, [
    { numbers: ['+14155550101', OURS], count: 3, lastMessage: { messageSid: 'SM3', body: 'Thanks! 100% sure.' }, lastMessageAt: '2026-01-01T00:00:03.000Z' },
    { numbers: ['+14155550102', OURS], count: 1, lastMessage: { messageSid: 'SM2' } }
  ])
  t.equal(threads.length, 2)
  const first = (await ann.send('GET', '/api/messages/threads?limit=1')).body
  t.equal(first.threads[0].lastMessage.messageSid, 'SM3')
  const second = (await ann.send('GET', `/api/messages/threads?limit=1&cursor=${first.nextCursor}`)).body
  t.equal(second.threads[0].lastMessage.messageSid, 'SM2')
  t.equal(second.nextCursor, undefined)

  const { body: { messages: [latest] } } = await ann.send('GET', '/api/messages?limit=1')
  t.same((await ann.send('GET', `/api/messages/${latest._id}`)).body, { success: true, message: latest })
  t.equal((await bob.send('GET', `/api/messages/${latest._id}`)).status, 404)
  t.equal((await bob.send('GET', '/api/messages/threads')).body.threads.length, 1)
})

eachEngine('a message is removed from its thread and from what agents remember, and restored', async (t, database) => {
  const api = await buildApi(t, {}, database)
  const ann = await api.user('ann')
  const { messages } = api.stores
  const { message: first } = await messages.create(ann.userId, { messageSid: 'SM1', fromNumber: '+14155550101', toNumber: OURS, body: 'First' })
  await api.clock.advance(1_000)
  const { message: last } = await messages.receive(ann.userId, { messageSid: 'SM2', fromNumber: '+14155550101', toNumber: OURS, body: 'Last' }, api.clock.now())
  const seen = async () => {
    const { body: { messages: listed } } = await ann.send('GET', '/api/messages')
    const { body: { threads } } = await ann.send('GET', '/api/messages/threads')
    const remembered = await messages.latest(ann.userId, OURS, '+14155550101', new Date(0), 10)
    t.same(remembered.map(({ body }) => body), listed.map(({ body }: { body: string }) => body))
    return [listed.map(({ body }: { body: string }) => body), threads.map(({ count, lastMessage }: { count: number, lastMessage: { body: string } }) => [count, lastMessage.body])]
  }
  t.match(await ann.send('DELETE', `/api/messages/${last._id}`), { status: 409, body: { error: { code: 'conflict' } } }, 'its answer is on the way')
  const claimed = await messages.claimUnanswered(1_000)
  if (claimed !== undefined) await messages.settle(claimed)
  t.same(await seen(), [['Last', 'First'], [[2, 'Last']]])
  t.equal((await ann.send('DELETE', `/api/messages/${last._id}`)).status, 200)
  t.same(await seen(), [['First'], [[1, 'First']]])
  t.equal((await ann.send('DELETE', `/api/messages/${first._id}`)).status, 200)
  t.same(await seen(), [[], []])
  t.equal((await ann.send('GET', `/api/messages/${last._id}`)).status, 404)
  t.match(await ann.send('POST', `/api/messages/${last._id}/restore`), { status: 200, body: { message: { _id: last._id, body: 'Last' } } })
  t.same(await seen(), [['Last'], [[1, 'Last']]])
  t.equal((await ann.send('POST', `/api/messages/${last._id}/restore`)).status, 404)
})
