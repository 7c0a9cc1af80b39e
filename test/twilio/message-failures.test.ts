import { test } from 'tap'
import { failureOf } from '../../src/twilio/message-failures.ts'

test('a code is told in words, and an unknown one as a number', (t) => {
  t.equal(failureOf(30006), 'The number is a landline, or its carrier takes no text messages. (Twilio\'s error 30006.)')
  t.equal(failureOf(12345), 'The message was not delivered. (Twilio\'s error 12345.)')
  t.end()
})
