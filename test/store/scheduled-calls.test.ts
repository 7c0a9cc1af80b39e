import { eachStores } from '../support/engines.ts'

eachStores('a scheduled call starts as pending and keeps its dates', async (t, { stores: { scheduledCalls }, clock }) => {
  const scheduledDateTime = new Date(clock.now() + 86_400_000)
  const made = await scheduledCalls.create('user1', { callType: 'ai', fromPhoneNumberId: 'phone1', toPhoneNumbers: ['+14155550100'], scheduledDateTime, promptId: 'p', promptContent: 'Be kind.' })
  t.match(made, { status: 'pending', callType: 'ai', promptContent: 'Be kind.' })
  t.strictSame((await scheduledCalls.find('user1', made._id))?.scheduledDateTime, scheduledDateTime)
  t.equal((await scheduledCalls.update('user1', made._id, { status: 'completed' }))?.status, 'completed')
})
