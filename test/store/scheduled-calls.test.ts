import { eachStores } from '../support/engines.ts'

eachStores('a scheduled call starts as pending and keeps its dates', async (t, { stores: { scheduledCalls }, clock }) => {
  const scheduledDateTime = new Date(clock.now() + 86_400_000)
  const made = await scheduledCalls.create('user1', { callType: 'ai', fromPhoneNumberId: 'phone1', toPhoneNumbers: ['+14155550100'], scheduledDateTime, promptId: 'p', promptContent: 'Be kind.' })
  t.match(made, { status: 'pending', callType: 'ai', promptContent: 'Be kind.' })
  t.strictSame((await scheduledCalls.find('user1', made._id))?.scheduledDateTime, scheduledDateTime)
  t.equal((await scheduledCalls.update('user1', made._id, { status: 'completed' }))?.status, 'completed')
})

eachStores('a schedule that is changed while a worker has it is worked on as it is now, whichever of them comes first', async (t, { stores: { scheduledCalls }, clock }) => {
  const make = async () => await scheduledCalls.create('user1', { callType: 'normal', fromPhoneNumberId: 'phone1', toPhoneNumbers: ['+14155550100'], scheduledDateTime: new Date(clock.now()), promptContent: 'Hello.' })
  const result = { phoneNumber: '+14155550100', outcome: 'reached' as const }
  const finish = { results: [result], status: 'completed' as const }
  const change = async (id: string) => await scheduledCalls.update('user1', id, { toPhoneNumbers: ['+14155550100', '+14155550101'] }, { status: 'pending' })
  const claim = async () => {
    const leased = await scheduledCalls.claimDue(30_000)
    if (leased === undefined) throw new Error('nothing is due')
    return leased
  }

  const first = await make()
  const leased = await claim()
  t.ok(await change(first._id), 'a change does not wait for the worker')
  t.equal(await scheduledCalls.release(leased, finish, 1_000), false, 'what the worker knows is of another schedule')
  t.match(await scheduledCalls.find('user1', first._id), { status: 'pending', toPhoneNumbers: { length: 2 } })
  const again = await claim()
  t.match(again.schedule, { _id: first._id, toPhoneNumbers: ['+14155550100', '+14155550101'] }, 'due at once')
  t.equal(await scheduledCalls.release(leased, finish, 1_000), false, 'nor has it the lease any more')
  t.equal(await scheduledCalls.release(again, finish, 1_000), true)
  t.equal(await change(first._id), undefined, 'only a pending schedule is changed')

  for (let round = 0; round < 8; round++) {
    const { _id } = await make()
    const lease = await claim()
    const [changed, released] = await Promise.all([change(_id), scheduledCalls.release(lease, finish, 1_000)])
    const { status, toPhoneNumbers } = await scheduledCalls.find('user1', _id) ?? {}
    t.same({ status, numbers: toPhoneNumbers?.length }, changed === undefined ? { status: 'completed', numbers: 1 } : { status: 'pending', numbers: 2 }, `released: ${released}`)
    await scheduledCalls.remove('user1', _id)
  }
})
