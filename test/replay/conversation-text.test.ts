import { test } from 'tap'
import { clockText, reportText, turnText } from '../../src/replay/conversation-text.ts'

test('times are minutes, seconds and tenths', async (t) => {
  t.same([0, 950, 59_950, 61_240].map(clockText), ['0:00.0', '0:01.0', '1:00.0', '1:01.2'])
})

test('a turn tells when, who and what, and of an answer how it came about', async (t) => {
  const heard = { role: 'user' as const, text: 'Hello.', timestamp: new Date(4200) }
  t.equal(turnText(heard, 1000), ' 0:03.2  heard   Hello.')
  t.equal(turnText({ role: 'assistant', text: 'You said', timestamp: new Date(5000), interrupted: true, latency: { sttMs: 312, firstFrameMs: 905 } }, 1000),
    " 0:04.0  agent   You said … (interrupted)\n                 after the caller's last word: words 0.31 s, sent 0.91 s")
})

test('a report tells what was heard, and what was not', async (t) => {
  const utterance = { label: 'a', speechStartMs: 0, speechEndMs: 1, clearMs: undefined, complete: true }
  const report = { callSid: 'CA1', endedBy: 'caller' as const, reason: 'the caller hung up', durationMs: 12_345, greetingMs: 40, gaps: [], utterances: [] }
  t.match(reportText(report), /lasted 0:12\.3; ended by the caller[^]*Greeting after 0\.04 s\.[^]*No reply was heard\.[^]*No gaps/)
  t.match(reportText({
    ...report,
    greetingMs: undefined,
    gaps: [{ atMs: 1, durationMs: 20 }, { atMs: 9, durationMs: 41.6 }],
    utterances: [700, 1500, 900, undefined].map((replyMs, i) => ({ ...utterance, replyMs, cutIn: i === 3 }))
  }), /No greeting was heard\.[^]*Replies 0\.90 s after the caller's last sound \(median of 3\), 1\.50 s at most\.[^]*2 gaps in the agent's voice, the longest 42 ms\.[^]*cut in 1 times/)
})
