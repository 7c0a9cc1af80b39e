/** WAV files of 16-bit PCM, and the header of those of μ-law (RIFF/WAVE; multimedia programming interface and data specifications 1.0, 1991). */
import { EarshotError } from '../errors.ts'

const HEADER_BYTES = 44
const PCM_FORMAT = 1
/** WAVE_FORMAT_MULAW. */
const MULAW_FORMAT = 7
export const MULAW_HEADER_BYTES = 58
/** WAVE_FORMAT_EXTENSIBLE: the real format is the first word of the GUID at the end of the chunk. */
const EXTENSIBLE_FORMAT = 0xfffe

export interface WavAudio {
  /** PCM16, channels interleaved. */
  pcm: Int16Array
  sampleRateHz: number
  channels: number
}

/** @param pcm PCM16, channels interleaved */
export function encodeWav (pcm: Int16Array, { sampleRateHz, channels }: { sampleRateHz: number, channels: number }): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + 2 * pcm.length)
  const view = new DataView(bytes.buffer)
  const text = (at: number, id: string): void => { for (let i = 0; i < 4; i++) bytes[at + i] = id.charCodeAt(i) }
  text(0, 'RIFF')
  view.setUint32(4, bytes.length - 8, true)
  text(8, 'WAVE')
  text(12, 'fmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, PCM_FORMAT, true)
  view.setUint16(22, channels, true)
  view.setUint32(24, sampleRateHz, true)
  view.setUint32(28, sampleRateHz * channels * 2, true)
  view.setUint16(32, channels * 2, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, 2 * pcm.length, true)
  for (let i = 0; i < pcm.length; i++) view.setInt16(HEADER_BYTES + 2 * i, pcm[i]!, true)
  return bytes
}

/**
 * The header of a file of G.711 μ-law, one byte a sample, channels interleaved. A format other than PCM has a chunk with the number of samples, and
 * the size of an extension, which is empty.
 * @param dataBytes left out while it is not known: players then read up to the file's end
 */
export function mulawHeader ({ sampleRateHz, channels }: { sampleRateHz: number, channels: number }, dataBytes?: number): Uint8Array {
  const bytes = new Uint8Array(MULAW_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  const text = (at: number, id: string): void => { for (let i = 0; i < 4; i++) bytes[at + i] = id.charCodeAt(i) }
  const size = (at: number, value: number | undefined): void => view.setUint32(at, Math.min(value ?? Infinity, 0xffffffff), true)
  text(0, 'RIFF')
  size(4, dataBytes === undefined ? undefined : MULAW_HEADER_BYTES - 8 + dataBytes)
  text(8, 'WAVE')
  text(12, 'fmt ')
  view.setUint32(16, 18, true)
  view.setUint16(20, MULAW_FORMAT, true)
  view.setUint16(22, channels, true)
  view.setUint32(24, sampleRateHz, true)
  view.setUint32(28, sampleRateHz * channels, true)
  view.setUint16(32, channels, true)
  view.setUint16(34, 8, true)
  text(38, 'fact')
  view.setUint32(42, 4, true)
  size(46, dataBytes === undefined ? undefined : dataBytes / channels)
  text(50, 'data')
  size(54, dataBytes)
  return bytes
}

/**
 * Reads 16-bit PCM. A data chunk that claims more than there is, as a streamed file's header does, ends with the file.
 * @throws {EarshotError} `invalid` when it is not such a file
 */
export function decodeWav (bytes: Uint8Array): WavAudio {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (bytes.length < 12 || text(0) !== 'RIFF' || text(8) !== 'WAVE') throw invalid('not a WAV file')
  let format: Omit<WavAudio, 'pcm'> | undefined
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = text(at)
    const start = at + 8
    const size = Math.min(view.getUint32(at + 4, true), bytes.length - start)
    if (id === 'fmt ') format = readFormat(view, start, size)
    if (id === 'data') {
      if (format === undefined) throw invalid('the fmt chunk is missing before the data chunk')
      return { pcm: readSamples(view, start, size), ...format }
    }
    at = start + size + size % 2
  }
  throw invalid('the data chunk is missing')
}

function readFormat (view: DataView, start: number, size: number): Omit<WavAudio, 'pcm'> {
  if (size < 16) throw invalid('the fmt chunk is too short')
  const tag = view.getUint16(start, true)
  const format = tag === EXTENSIBLE_FORMAT && size >= 26 ? view.getUint16(start + 24, true) : tag
  const channels = view.getUint16(start + 2, true)
  const sampleRateHz = view.getUint32(start + 4, true)
  const bits = view.getUint16(start + 14, true)
  if (format !== PCM_FORMAT || bits !== 16) throw invalid(`format ${format} with ${bits} bits; 16-bit PCM is needed`)
  if (channels === 0) throw invalid('channels is 0')
  if (sampleRateHz === 0) throw invalid('sample rate is 0')
  return { sampleRateHz, channels }
}

function readSamples (view: DataView, start: number, size: number): Int16Array {
  const pcm = new Int16Array(size >> 1)
  for (let i = 0; i < pcm.length; i++) pcm[i] = view.getInt16(start + 2 * i, true)
  return pcm
}

const invalid = (reason: string): EarshotError => new EarshotError('invalid', `WAV: ${reason}.`)
