import { test } from 'tap'
import { CallChanges } from '../../src/api/call-changes.ts'
import type { CallActivity } from '../../src/call/state.ts'
import type { CallRecord, TranscriptTurn } from '../../src/store/calls.ts'

const at = new Date(0)
const call = (id: string, words: string[], status: CallRecord['status'] = 'active'): CallRecord => ({
  _id: id,
  userId: 'user',
  created_at: at,
  updated_at: at,
  call_sid: `CA${id}`,
  from_number: '+14155550199',
  to_number: '+14155550123',
  agent_id: 'agent',
  session_id: 'session',
  status,
  start_time: at,
  transcript: words.map((text): TranscriptTurn => ({ role: 'user', text, timestamp: at })),
  turn_count: words.length,
  stream_token_hash: 'hash'
})

const told = (changes: CallChanges, calls: CallRecord[], activities: Record<string, CallActivity> = {}) => changes.next(calls, new Map(Object.entries(activities))).map(({ event, id, data }) => `${event} ${id ?? ''} ${JSON.stringify(data).match(/"(?:text|caller_words)":"(\w+)"/)?.[1] ?? ''}`.trim())

test('each change is told once, in order', (t) => {
  const changes = new CallChanges()
  changes.skip([call('old', ['before'])])
  t.same(told(changes, [call('old', ['before'])]), [])
  t.same(told(changes, [call('old', ['before', 'after']), call('new', ['hello'])]), ['turn 1 after', 'call', 'turn 0 hello'])
  t.same(told(changes, [call('old', ['before', 'after'], 'completed'), call('new', ['hello'])]), ['end'])
  t.same(told(changes, [call('old', ['before', 'after'], 'completed'), call('new', ['hello', 'goodbye'], 'completed')]), ['turn 1 goodbye', 'end'])
  t.same(told(changes, []), [])
  t.end()
})

test('a call that was cut and resumed is there again', (t) => {
  const changes = new CallChanges()
  told(changes, [call('a', ['hello'], 'completed')])
  t.same(told(changes, [call('a', ['hello', 'again'])]), ['call', 'turn 1 again'])
  t.same(told(changes, [call('a', ['hello', 'again'], 'completed')]), ['end'])
  t.end()
})

test('what is told of a call has neither its transcript nor its token', (t) => {
  const [first] = new CallChanges().next([call('a', [])], new Map())
  t.match(first?.data, { call: { _id: 'a', status: 'active' } })
  t.notMatch(JSON.stringify(first), /transcript|hash/)
  t.end()
})

test('what goes on in a call is told when it changes, after the turns and until the end', (t) => {
  const changes = new CallChanges()
  const saying = (words: string): Record<string, CallActivity> => ({ CAa: { state: 'caller_speaking', caller_words: words, agent_words: '' } })
  t.same(told(changes, [call('a', [])], saying('hel')), ['call', 'activity  hel'])
  t.same(told(changes, [call('a', [])], saying('hel')), [])
  t.same(told(changes, [call('a', [])]), [], 'nothing is known this time')
  t.same(told(changes, [call('a', [])], saying('hel')), [])
  t.same(told(changes, [call('a', ['hello'])], saying('')), ['turn 0 hello', 'activity'])
  t.same(told(changes, [call('a', ['hello'], 'completed')], saying('late')), ['end'])
  t.end()
})
