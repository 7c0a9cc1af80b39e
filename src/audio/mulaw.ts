/**
 * G.711 μ-law, the telephone network's companding: one byte a sample at 8 kHz. Both directions are table look-ups,
 * because every frame of every call passes here; the tables are filled once from the reference codec.
 */
import alawmulaw from 'alawmulaw'

const LINEAR_OF = Int16Array.from({ length: 256 }, (_, byte) => alawmulaw.mulaw.decodeSample(byte))
/** Indexed by the sample's 16 bits read as unsigned, so a negative sample needs no branch. */
const BYTE_OF = Uint8Array.from({ length: 65536 }, (_, bits) => alawmulaw.mulaw.encodeSample((bits << 16) >> 16))

/** The byte of a silent line. */
export const MULAW_SILENCE = 0xff

/**
 * μ-law bytes to PCM16, one sample a byte.
 * @param into filled from its start when given, so that a call can reuse one buffer; must hold `mulaw.length` samples
 * @returns exactly `mulaw.length` samples: a view of `into`, or a new array
 */
export function decodeMulaw (mulaw: Uint8Array, into?: Int16Array): Int16Array {
  const pcm = target(into, mulaw.length) ?? new Int16Array(mulaw.length)
  for (let i = 0; i < mulaw.length; i++) pcm[i] = LINEAR_OF[mulaw[i]!]!
  return pcm
}

/**
 * PCM16 samples to μ-law bytes.
 * @param into filled from its start when given; must hold `pcm.length` bytes
 * @returns exactly `pcm.length` bytes: a view of `into`, or a new array
 */
export function encodeMulaw (pcm: Int16Array, into?: Uint8Array): Uint8Array {
  const mulaw = target(into, pcm.length) ?? new Uint8Array(pcm.length)
  for (let i = 0; i < pcm.length; i++) mulaw[i] = BYTE_OF[pcm[i]! & 0xffff]!
  return mulaw
}

/** `into` itself when it fits exactly, which is every frame but an odd one, so that no view is made. */
function target<T extends Int16Array | Uint8Array> (into: T | undefined, length: number): T | undefined {
  if (into === undefined || into.length === length) return into
  if (into.length < length) throw new RangeError(`into holds ${into.length} samples, ${length} are needed`)
  return into.subarray(0, length) as T
}
