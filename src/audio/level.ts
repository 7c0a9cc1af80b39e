/** How loud audio is. 0 dBFS is a square wave of full scale, so a full-scale sine has −3 dBFS. */

const FULL_SCALE = 32768

/**
 * Root mean square of PCM16 samples, 0 to 32,768.
 * @param start first sample, and `end` the one after the last, to measure a part without a view of it
 */
export function rms (pcm: Int16Array, start = 0, end = pcm.length): number {
  if (end <= start) return 0
  let sum = 0
  for (let i = start; i < end; i++) sum += pcm[i]! * pcm[i]!
  return Math.sqrt(sum / (end - start))
}

/** Level in decibels relative to full scale of a root mean square; −∞ for digital silence. */
export function dbfs (rmsOfPcm16: number): number {
  return 20 * Math.log10(rmsOfPcm16 / FULL_SCALE)
}
