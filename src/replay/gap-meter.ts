export interface Gap { atMs: number, durationMs: number }

/**
 * The longest silence that can still be a fault inside one reply. Anything longer is a pause between replies: a silent
 * caller asked again, a tool's answer after its filler.
 */
const LONGEST_GAP_MS = 2000
/** No agent answers within this time of running dry, whatever the caller said: a shorter stretch is always a gap. */
const SHORTEST_PAUSE_MS = 300

/**
 * Finds the stretches in which the caller's playback buffer ran empty inside one reply. A reply ends where it was cleared,
 * where the caller spoke after its first sound, or at a pause longer than LONGEST_GAP_MS.
 */
export class GapMeter {
  readonly gaps: Gap[] = []
  #replyStartMs = -Infinity
  #dryMs: number | undefined
  #callerSpokeMs = -Infinity

  callerSpoke (atMs: number): void { this.#callerSpokeMs = atMs }

  cleared (): void { this.#dryMs = undefined }

  ranDry (atMs: number): void { this.#dryMs = atMs }

  started (atMs: number): void {
    const dryMs = this.#dryMs
    this.#dryMs = undefined
    const durationMs = dryMs === undefined ? Infinity : atMs - dryMs
    const longestMs = this.#callerSpokeMs > this.#replyStartMs ? SHORTEST_PAUSE_MS : LONGEST_GAP_MS
    if (dryMs === undefined || durationMs > longestMs) this.#replyStartMs = atMs
    else if (durationMs > 0) this.gaps.push({ atMs: dryMs, durationMs })
  }
}
