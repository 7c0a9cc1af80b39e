import { test } from 'tap'
import { twilioEntry } from '../../src/replay/tape-recorder.ts'

test('a message of Twilio\'s is kept as it came, with its time to the microsecond, and without the stream\'s token', (t) => {
  const start = { event: 'start', streamSid: 'MZ1', start: { callSid: 'CA1', customParameters: { token: 'secret', other: 'x' } }, news: [1] }
  t.strictSame(twilioEntry(JSON.stringify(start), 1.23456), { type: 'twilio', atMs: 1.235, message: { ...start, start: { callSid: 'CA1', customParameters: { other: 'x' } } } })
  const media = { event: 'media', media: { payload: '////' } }
  t.strictSame(twilioEntry(JSON.stringify(media), 0), { type: 'twilio', atMs: 0, message: media })
  for (const text of ['not json', 'null', '[]', '{"event":1}']) t.equal(twilioEntry(text, 0), undefined, text)
  t.end()
})
