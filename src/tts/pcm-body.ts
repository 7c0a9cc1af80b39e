import { ProviderError } from '../resilience.ts'
import { gathered } from './gathered.ts'
import { TTS_SAMPLE_RATE_HZ } from './tts.ts'

/** Types under which servers send raw samples; the wrong ones (JSON errors, MP3) name themselves. */
const RAW_TYPES = /^(audio\/((x-)?(pcm|l16|raw|wav)|wave|vnd\.wave)|application\/octet-stream|binary\/octet-stream|$)/i
/** How compressed files begin when the server calls them something else: MP3 (tagged or not), Ogg, FLAC. */
const COMPRESSED = /^(ID3|OggS|fLaC|\xff[\xfb\xf3\xf2])/
/** A WAV header is 44 bytes; other chunks before the samples make it longer. */
const MAX_HEADER_BYTES = 4096

/**
 * The samples of an answer to `response_format: pcm`, as they come in. A chunk that ends within a sample is put right;
 * a WAV header at the front is skipped.
 * @throws {ProviderError} `provider_rejected` when it is not PCM16 mono at 24 kHz, `provider_unavailable` when there is no sound in it
 */
export async function * pcmIn (response: Response): AsyncGenerator<Int16Array> {
  const type = response.headers.get('content-type') ?? ''
  if (!RAW_TYPES.test(type)) throw notPcm(type.split(';')[0]!.trim())
  let started = false
  let empty = true
  let bytes: Uint8Array = new Uint8Array(0)
  for await (const chunk of gathered(response)) {
    bytes = joined(bytes, chunk)
    if (!started) {
      const start = firstSample(bytes)
      if (start === undefined) continue
      started = true
      bytes = bytes.subarray(start)
    }
    const whole = bytes.length - bytes.length % 2
    if (whole === 0) continue
    empty = false
    // Copied, since a sample must lie at an even address.
    const samples = new Int16Array(whole / 2)
    new Uint8Array(samples.buffer).set(bytes.subarray(0, whole))
    yield samples
    bytes = bytes.subarray(whole)
  }
  if (empty) throw new ProviderError('provider_unavailable', 'The provider sent no audio.')
}

/** Where the samples begin, or undefined while that cannot be told. */
function firstSample (bytes: Uint8Array): number | undefined {
  if (bytes.length < 4) return undefined
  const start = String.fromCharCode(...bytes.subarray(0, 4))
  if (COMPRESSED.test(start)) throw notPcm('a compressed file')
  if (start !== 'RIFF') return 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // RIFF, size, WAVE; then chunks of a name, a size and as many bytes.
  for (let at = 12, size = 0; at + 8 <= bytes.length; at += 8 + size + size % 2) {
    size = view.getUint32(at + 4, true)
    const name = String.fromCharCode(...bytes.subarray(at, at + 4))
    if (name === 'data') return at + 8
    if (name === 'fmt ' && at + 24 <= bytes.length) {
      const [channels, rateHz, bits] = [view.getUint16(at + 10, true), view.getUint32(at + 12, true), view.getUint16(at + 22, true)]
      if (channels !== 1 || rateHz !== TTS_SAMPLE_RATE_HZ || bits !== 16) throw notPcm(`a WAV of ${channels} × ${bits} bit at ${rateHz} Hz`)
    }
  }
  if (bytes.length > MAX_HEADER_BYTES) throw notPcm('a WAV without samples')
  return undefined
}

const notPcm = (what: string): ProviderError => new ProviderError('provider_rejected', `The provider sent ${what} where PCM of 16 bit, mono, at ${TTS_SAMPLE_RATE_HZ} Hz was asked for.`)

function joined (head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail
  const whole = new Uint8Array(head.length + tail.length)
  whole.set(head)
  whole.set(tail, head.length)
  return whole
}
