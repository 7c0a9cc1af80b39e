import Fastify from 'fastify'
import { test } from 'tap'
import type { CallEvent } from '../../src/call/events.ts'
import { createMetrics } from '../../src/metrics.ts'
import { watchCall } from '../../src/twilio/watch-call.ts'

test('what happens in a call is counted, and each stage of an answer timed', async (t) => {
  const metrics = createMetrics()
  const { log } = Fastify()
  const latency = { sttMs: 300, llmFirstTokenMs: 650, firstClauseMs: 700, ttsFirstByteMs: 850, firstFrameMs: 860, firstMarkMs: 1200 }
  const events: CallEvent[] = [
    { type: 'turn', turn: { role: 'assistant', text: 'words', timestampMs: 0, interrupted: true, latency } },
    { type: 'barge_in', afterMs: 220 },
    { type: 'resumed' },
    { type: 'retracted' },
    { type: 'gap', gapMs: 40 },
    { type: 'transcription' },
    { type: 'failure', stage: 'stt', error: new Error('no') },
    { type: 'closed', reason: 'caller_hung_up' }
  ]
  for (const event of events) watchCall(event, metrics, log)
  const text = await metrics.registry.metrics()
  for (const stage of ['stt', 'llm_first_token', 'first_clause', 'tts_first_byte', 'first_frame', 'first_mark']) t.match(text, `earshot_stage_seconds_count{stage="${stage}"} 1`)
  t.match(text, 'earshot_stage_seconds_sum{stage="first_mark"} 1.2')
  t.match(text, 'earshot_barge_in_seconds_bucket{le="0.25"} 1')
  for (const line of ['interruptions_total', 'resumptions_total', 'retractions_total', 'gaps_total', 'transcriptions_total', 'stage_failures_total{stage="stt"}', 'call_ends_total{reason="caller_hung_up"}']) t.match(text, `earshot_${line} 1`)
})
