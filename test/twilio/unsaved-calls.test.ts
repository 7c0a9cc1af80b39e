import { test } from 'tap'
import { UnsavedCalls } from '../../src/twilio/unsaved-calls.ts'

const turn = { role: 'user' as const, text: 'Hello', timestamp: new Date(0) }

test('calls whose records are not complete tell what they lack, once; complete ones and those that lack nothing do not', (t) => {
  const unsaved = new UnsavedCalls()
  const lacking = { callSid: 'CA1', resumeCount: 0, turns: [turn], end: undefined }
  unsaved.track(() => lacking)
  unsaved.track(() => ({ callSid: 'CA2', resumeCount: 0, turns: [], end: undefined }))
  unsaved.track(() => { throw new Error('it was complete') })()
  t.same(unsaved.surrender(), [lacking])
  t.same(unsaved.surrender(), [])
  t.end()
})
