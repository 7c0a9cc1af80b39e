import { test } from 'tap'
import { dtmf } from '../../../src/audio/tones.ts'
import { sendDtmf } from '../../../src/call/tools/send-dtmf.ts'

const run = async (digits: string) => (await sendDtmf.run({ digits }, { callerNumber: '+14155550123' }, new AbortController().signal)).effect

test('keys that there are tones for', async (t) => {
  t.same(await run('12 34-5w#'), { type: 'send_dtmf', digits: '12345w#' })
  for (const digits of ['0123456789*#w', 'abcdABCD']) {
    const effect = await run(digits)
    t.ok(effect?.type === 'send_dtmf' && dtmf(effect.digits).length > 0, digits)
  }
})

test('and no others', async (t) => {
  for (const digits of ['', '12e', 'one', '1'.repeat(65)]) await t.rejects(run(digits), { code: 'invalid', message: /^digits may have/ }, digits)
})
