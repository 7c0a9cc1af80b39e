import { test } from 'tap'
import { detectionFor, reactionTo, voicemailOf } from '../../src/outbound/machine-detection.ts'

test('an agent leaves its message, or hangs up when it has none, unless its owner says', async (t) => {
  t.equal(reactionTo('machine_end_beep', { voicemailMessage: 'Call us.' }), 'leave_message')
  t.equal(reactionTo('machine_start', {}), 'hang_up')
  t.equal(reactionTo('machine_end_other', { voicemailAction: 'continue', voicemailMessage: 'Call us.' }), 'continue')
  for (const who of ['human', 'unknown', undefined] as const) t.equal(reactionTo(who, { voicemailAction: 'hang_up' }), 'continue')
  t.equal(reactionTo('fax', { voicemailMessage: 'Call us.' }), 'hang_up')
  t.equal(voicemailOf({ voicemailMessage: 'Call us.' }), 'Call us.')
  t.match(voicemailOf({ voicemailAction: 'leave_message', language: 'de' }), /Auf Wiederhören/)
  t.equal(voicemailOf({ voicemailAction: 'hang_up', voicemailMessage: 'Call us.' }), undefined)
})

test('the end of the machine\'s own words is waited for only to leave a message, and nothing is asked where nobody wants it', async (t) => {
  t.equal(detectionFor({ voicemailMessage: 'Call us.' }), 'DetectMessageEnd')
  t.equal(detectionFor({}), 'Enable')
  t.equal(detectionFor({ detectMachines: false }), undefined)
  t.equal(detectionFor({ detectMachines: false }, true), 'Enable')
  t.equal(detectionFor({}, false), undefined)
})
