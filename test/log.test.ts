import { test } from 'tap'
import { createLog } from '../src/log.ts'

const collect = async (LOG_LEVEL: 'info' | 'debug' = 'info') => {
  const lines: string[] = []
  const log = await createLog({ LOG_LEVEL, NODE_ENV: 'test' }, { write: (line) => { lines.push(line) } })
  return { log, lines }
}

test('secrets, numbers and what was said never reach a line', async (t) => {
  const { log, lines } = await collect()
  log.info({ callSid: 'CA1', from: '+14155550123', call: { from_number: '+14155550123', transcript: [{ text: 'my PIN is 4711' }] } }, 'call ended')
  log.info({ phone: { phoneNumber: '+14155550123', twilioAuthToken: '4711' } }, 'phone saved')
  log.info({ req: { method: 'GET', url: '/api/calls?number=+14155550123&text=4711' } }, 'request')
  log.info({ request: { headers: { authorization: 'Bearer 4711', cookie: 'session=4711' } } }, 'refused')
  log.child({ token: '4711' }).warn({ turn: { text: 'my PIN is 4711' } }, 'turn')
  t.notMatch(lines.join(''), /4155550123|4711/)
  t.match(lines[0], /"callSid":"CA1"/)
  t.match(lines[2], /"path":"\/api\/calls"/)
})

test('an error is told by its name, code, message and causes, without what a client hung on it', async (t) => {
  const { log, lines } = await collect()
  const cause = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })
  log.error({ err: Object.assign(new Error('the provider failed', { cause }), { config: { headers: { Auth: 'sk-4711' } } }) }, 'stage failed')
  log.error({ err: 'sk-4711' }, 'not even an error')
  t.match(JSON.parse(lines[0] ?? ''), { err: { type: 'Error', message: 'the provider failed', cause: { code: 'ECONNREFUSED' } } })
  t.match(lines[0], /log\.test\.ts/, 'with its stack')
  t.notMatch(lines.join(''), 'sk-4711')
})

test('lines below the level are dropped', async (t) => {
  const { log, lines } = await collect()
  log.debug('quiet')
  log.info('loud')
  t.equal(lines.length, 1)
})
