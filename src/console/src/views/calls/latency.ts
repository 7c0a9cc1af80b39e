/** What a caller waits for, in order, by the measurement at its end: milliseconds since the end of the caller's speech. */
const STAGES = [
  ['hearing', 'sttMs'],
  ['thinking', 'firstClauseMs'],
  ['voice', 'ttsFirstByteMs'],
  ['sending', 'firstFrameMs']
] as const

type Stage = typeof STAGES[number][0]

/**
 * The stages of a reply and the time that each took. One that was over before the caller's words were (what is done ahead) took none.
 * @param latency a turn's, by measurement
 */
export const stagesOf = (latency: Readonly<Record<string, number>>): { totalMs: number | undefined, stages: Array<{ stage: Stage, ms: number }> } => {
  let beforeMs = 0
  const stages: Array<{ stage: Stage, ms: number }> = []
  for (const [stage, measurement] of STAGES) {
    const atMs = latency[measurement]
    if (atMs === undefined) continue
    const ms = Math.max(0, atMs - beforeMs)
    if (ms > 0) stages.push({ stage, ms })
    beforeMs = Math.max(beforeMs, atMs)
  }
  return { totalMs: latency['firstFrameMs'], stages }
}
