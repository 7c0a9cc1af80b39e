import { eachStores } from '../support/engines.ts'
import { heed } from '../../src/sms/keywords.ts'

eachStores('STOP and its like stop, START starts, HELP is Twilio\'s; only alone, from a person, and YES only after a STOP', async (t, { stores }) => {
  const say = async (body: string, fromNumber = '+14155550100') => {
    const { message } = await stores.messages.receive('ann', { messageSid: `SM${Math.random()}`, fromNumber, toNumber: '+14155550123', body }, 0)
    return await heed(stores, message)
  }
  const stopped = () => stores.optOuts.has('ann', 'messages', '+14155550100', '+14155550123')
  for (const word of ['STOP', 'stopall', ' Unsubscribe ', 'CANCEL', 'END', 'QUIT', 'OPTOUT', 'REVOKE']) {
    for (const start of ['START', 'unstop', 'Yes']) {
      t.equal(await say(word), 'keyword')
      t.equal(await say(word), 'keyword', 'twice is once')
      t.ok(await stopped(), word)
      t.equal(await say('Hello?'), 'opted_out')
      t.equal(await say(start), 'keyword')
      t.notOk(await stopped(), start)
    }
  }
  t.equal(await say('Help'), 'keyword')
  t.equal(await say('INFO'), 'keyword')
  t.equal(await say('Yes'), undefined)
  t.equal(await say('Please cancel my table'), undefined)
  t.equal(await say('STOP', '72727'), undefined)
  t.notOk(await stopped())
})
