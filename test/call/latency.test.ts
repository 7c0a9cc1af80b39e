import { test } from 'tap'
import { latencyOf } from '../../src/call/latency.ts'

test('stages are counted from the end of the caller\'s speech, in whole milliseconds, and only those reached', (t) => {
  const reply = { startedAtMs: 10_300 }
  t.same(latencyOf({ speechEndAtMs: 10_000, wordsAtMs: 10_300.4, reply }), { sttMs: 300 })
  t.same(latencyOf({
    speechEndAtMs: 10_000,
    wordsAtMs: 10_300.4,
    reply: { ...reply, llmFirstTokenAtMs: 10_650.5, firstClauseAtMs: 10_700, ttsFirstByteAtMs: 10_850 },
    firstFrameAtMs: 10_851,
    firstMarkAtMs: 11_200
  }), { sttMs: 300, llmFirstTokenMs: 651, firstClauseMs: 700, ttsFirstByteMs: 850, firstFrameMs: 851, firstMarkMs: 1200 })
  t.end()
})
