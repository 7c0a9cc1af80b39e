import type { CallEnd, CallRecord, TranscriptTurn } from './calls.ts'
import { isTerminal, reasonRank } from './carrier.ts'
import type { Update } from './collection.ts'
import { defined } from './owned-store.ts'

/** Twilio still knows the call when it is over here: if it goes on there a minute later, something went wrong. */
const CHECK_AFTER_MS = 60_000
/** Twilio knows the price some minutes after the end. */
export const PRICE_AFTER_MS = 10 * 60_000

/**
 * What an end changes of a call, undefined when nothing. Ends come from the call itself, from Twilio, from its user; the record is the same in whatever
 * order they do: the earliest time counts (a socket that broke unnoticed ends its call late, and a transferred call goes on without its agent), and
 * the reason that says most.
 */
export function changeAtEnd (call: CallRecord, end: CallEnd, nowMs: number): Update | undefined {
  const first = call.status === 'active'
  const endTime = !first && call.end_time !== undefined && call.end_time <= end.end_time ? call.end_time : end.end_time
  const set = defined({
    status: 'completed' as const,
    end_time: endTime,
    duration_seconds: Math.max(0, endTime.getTime() - call.start_time.getTime()) / 1000,
    end_reason: first || reasonRank(end.end_reason) > reasonRank(call.end_reason) ? end.end_reason : call.end_reason,
    // Nobody but the call's stream knows it.
    usage: end.usage,
    latency: first || end.usage !== undefined ? meanLatency(call.transcript) : undefined
  })
  if (!first && set.end_time === call.end_time && set.end_reason === call.end_reason && end.usage === undefined) return undefined
  return {
    $set: {
      ...set,
      updated_at: new Date(nowMs),
      ...(first && call.carrier_check_at !== undefined && { carrier_check_at: new Date(nowMs + (isTerminal(call.carrier_status) ? PRICE_AFTER_MS : CHECK_AFTER_MS)) })
    },
    $unset: { stream_token_hash: true, stream_token_expires_at: true }
  }
}

/** Undefined for a call without an answer. */
const meanLatency = (transcript: readonly TranscriptTurn[]): Record<string, number> | undefined => {
  const stages = new Map<string, number[]>()
  for (const [stage, ms] of transcript.flatMap(({ latency = {} }) => Object.entries(latency))) stages.set(stage, [...stages.get(stage) ?? [], ms])
  if (stages.size === 0) return undefined
  return Object.fromEntries([...stages].map(([stage, all]) => [stage, Math.round(all.reduce((sum, ms) => sum + ms, 0) / all.length)]))
}
