import type { ReplyTimes } from './reply.ts'

/** Times, by the clock, from the end of the caller's speech to the answer being heard. */
export interface TurnTimes {
  speechEndAtMs: number
  wordsAtMs: number
  reply: ReplyTimes
  firstFrameAtMs?: number
  firstMarkAtMs?: number
}

/** Milliseconds from the end of the caller's speech to each stage that was reached, rounded. */
export function latencyOf (times: TurnTimes): Record<string, number> {
  const stages: Array<[string, number | undefined]> = [
    ['sttMs', times.wordsAtMs],
    ['llmFirstTokenMs', times.reply.llmFirstTokenAtMs],
    ['firstClauseMs', times.reply.firstClauseAtMs],
    ['ttsFirstByteMs', times.reply.ttsFirstByteAtMs],
    ['firstFrameMs', times.firstFrameAtMs],
    ['firstMarkMs', times.firstMarkAtMs]
  ]
  return Object.fromEntries(stages.flatMap(([name, atMs]) => atMs === undefined ? [] : [[name, Math.round(atMs - times.speechEndAtMs)]]))
}
