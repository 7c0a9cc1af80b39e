import { eachStores } from '../support/engines.ts'

eachStores('a key is found by its secret, of which only the hash is stored', async (t, { stores: { apiKeys }, raw }) => {
  const made = await apiKeys.create('user1', { name: 'ci', secret: 'earshot_0123456789abcdef' })
  t.notMatch(JSON.stringify(await raw('api_keys')), '0123456789abcdef')
  t.equal(made.prefix, 'earshot_0123')
  t.strictSame(await apiKeys.findBySecret('earshot_0123456789abcdef'), made)
  t.equal(await apiKeys.findBySecret('earshot_0123456789abcdeg'), undefined)
  t.equal(await apiKeys.remove('user2', made._id), false)
  t.equal(await apiKeys.remove('user1', made._id), true)
  t.equal(await apiKeys.findBySecret('earshot_0123456789abcdef'), undefined, 'revoked')
})

eachStores('a key ends when it expires', async (t, { stores: { apiKeys }, clock }) => {
  await apiKeys.create('user1', { name: 'short', secret: 's', expiresAt: new Date(clock.now() + 1_000) })
  t.ok(await apiKeys.findBySecret('s'))
  await clock.advance(1_000)
  t.equal(await apiKeys.findBySecret('s'), undefined)
})

eachStores('the last use is noted once a minute', async (t, { stores: { apiKeys }, clock }) => {
  const made = await apiKeys.create('user1', { name: 'ci', secret: 's' })
  const usedAt = new Date(clock.now())
  const use = async () => {
    const key = await apiKeys.findBySecret('s')
    if (key !== undefined) await apiKeys.touch(key)
    return (await apiKeys.find('user1', made._id))?.lastUsedAt
  }
  t.strictSame(await use(), usedAt)
  await clock.advance(59_000)
  t.strictSame(await use(), usedAt)
  await clock.advance(1_000)
  t.strictSame(await use(), new Date(clock.now()))
})
