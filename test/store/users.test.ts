import { eachStores } from '../support/engines.ts'

eachStores('an address has one account, in whatever case it is written', async (t, { stores: { users } }) => {
  t.equal(await users.count(), 0)
  const user = await users.create({ email: 'Ann@Example.com', passwordHash: 'h1' })
  t.equal(user.userId, user._id, 'a user is its own')
  await t.rejects(users.create({ email: 'ann@example.COM', passwordHash: 'h2' }), { code: 'duplicate', field: 'email' })
  t.strictSame(await users.findByEmail('ANN@example.com'), user)
  t.strictSame(await users.find(user._id), user)
  t.equal(user.email, 'ann@example.com')
  await users.setPasswordHash(user._id, 'h3')
  t.equal((await users.find(user._id))?.passwordHash, 'h3')
  t.equal(await users.count(), 1)
  t.equal(await users.findByEmail('bob@example.com'), undefined)
})

eachStores('there is one first user, however many try', async (t, { stores: { users } }) => {
  const tries = await Promise.allSettled(['a', 'b', 'c'].map((name) => users.create({ email: `${name}@example.com`, passwordHash: 'h' }, { first: true })))
  t.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
  t.match(tries.find(({ status }) => status === 'rejected'), { reason: { code: 'forbidden' } })
  await users.create({ email: 'd@example.com', passwordHash: 'h' })
  t.equal(await users.count(), 2)
})
