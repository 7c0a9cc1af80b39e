import { test } from 'tap'
import { isLoop } from '../../src/sms/loops.ts'
import type { MessageRecord } from '../../src/store/messages.ts'

const NOW = Date.UTC(2026, 0, 1)
let id = 0
const message = (direction: 'incoming' | 'outgoing', body: string, agoMs = 0): MessageRecord => ({
  _id: `${id++}`, userId: 'ann', messageSid: `SM${id}`, fromNumber: '+1', toNumber: '+2', body, direction, agentId: 'a', created_at: new Date(NOW - agoMs), updated_at: new Date(NOW)
})
const looks = (body: string, before: MessageRecord[] = []) => {
  const latest = message('incoming', body)
  return isLoop(latest, [latest, ...before], NOW)
}

test('what machines say, in four languages', async (t) => {
  for (const text of ['This is an automated message.', 'I am out of office until Monday', 'Do not reply to this number', 'Respuesta automática', 'Réponse automatique', 'Abwesenheitsnotiz: bin weg']) t.ok(looks(text), text)
  for (const text of ['Are you open?', 'Is my office ready?', 'yes', '']) t.notOk(looks(text), text)
})

test('the same words three times in a row, and our own words sent back', async (t) => {
  const [said, ours] = [message('incoming', 'Thanks for your message!', 1_000), message('outgoing', 'We are open from nine to five.', 500)]
  t.notOk(looks('Thanks for your message', [ours, said]))
  t.ok(looks('thanks for your MESSAGE', [ours, said, message('outgoing', 'x', 1_500), message('incoming', 'Thanks for your message', 2_000)]))
  t.ok(looks('We are open from nine to five!', [ours]))
})

test('more answers than people read', async (t) => {
  const answers = (count: number, everyMs: number) => Array.from({ length: count }, (_, n) => message('outgoing', `answer ${n}`, n * everyMs))
  t.notOk(looks('And now?', answers(9, 1_000)))
  t.ok(looks('And now?', answers(10, 1_000)))
  t.notOk(looks('And now?', answers(59, 600_000)))
  t.ok(looks('And now?', answers(60, 600_000)))
})
