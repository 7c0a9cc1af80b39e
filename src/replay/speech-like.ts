/** How a simulated voice sounds. */
export interface SimulatedVoice {
  pitchHz: number
  charactersPerSecond: number
}

/** A man's voice at the pace of a voice on the telephone. */
export const DEFAULT_VOICE: SimulatedVoice = { pitchHz: 120, charactersPerSecond: 15 }

/** Harmonics of the pitch and their strength: a vowel's first two formants, roughly. */
const HARMONICS = [0.5, 0.8, 1, 0.9, 0.6, 0.3, 0.2, 0.3, 0.35, 0.25, 0.1, 0.05]
/** About -18 dBFS, the level of telephone speech. */
const PEAK = 12_000
const VOWELS = 'aeiouyAEIOUY'
/** A mouth takes about this long to change: without it the steps from character to character would click. */
const GLIDE_SECONDS = 0.015

/**
 * Sound with the rhythm of a text, PCM16: a buzz of the voice's pitch that rises on vowels and falls on consonants and between words,
 * and lasts as long as the text takes to say. A detector of speech takes it for speech; each text sounds its own way, and always the same.
 */
export const speechLike = (text: string, sampleRateHz: number, voice: SimulatedVoice = DEFAULT_VOICE): Int16Array => {
  const cycle = oneCycle(sampleRateHz, voice.pitchHz)
  const characterSamples = Math.round(sampleRateHz / voice.charactersPerSecond)
  const pcm = new Int16Array(text.length * characterSamples)
  const glide = 1 / (GLIDE_SECONDS * sampleRateHz)
  let loudness = 0
  let at = 0
  for (const character of text.split('')) {
    const target = loudnessOf(character)
    for (const end = at + characterSamples; at < end; at++) {
      loudness += (target - loudness) * glide
      pcm[at] = loudness * cycle[at % cycle.length]!
    }
  }
  return pcm
}

const loudnessOf = (character: string): number => {
  if (!/[\p{L}\p{N}]/u.test(character)) return 0
  return VOWELS.includes(character) ? 1 : 0.45
}

const oneCycle = (sampleRateHz: number, pitchHz: number): Float64Array => {
  const length = Math.round(sampleRateHz / pitchHz)
  const cycle = Float64Array.from({ length }, (_, i) => HARMONICS.reduce((sum, strength, n) => sum + strength * Math.sin(2 * Math.PI * (n + 1) * i / length), 0))
  const peak = cycle.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0)
  return cycle.map((sample) => sample / peak * PEAK)
}
