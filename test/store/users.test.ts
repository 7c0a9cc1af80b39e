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
