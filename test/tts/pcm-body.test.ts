import { test } from 'tap'
import fc from 'fast-check'
import { encodeWav } from '../../src/audio/wav.ts'
import { pcmIn } from '../../src/tts/pcm-body.ts'

function answer (chunks: Uint8Array[], type: string | null = 'audio/pcm'): Response {
  const body = new ReadableStream<Uint8Array>({
    start (controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    }
  })
  return new Response(body, { headers: type === null ? {} : { 'content-type': type } })
}

async function samplesIn (response: Response): Promise<number[]> {
  const samples: number[] = []
  for await (const pcm of pcmIn(response)) samples.push(...pcm)
  return samples
}

/** The same bytes, cut at the given places, in buffers that do not begin at an even address. */
function cutAt (bytes: Uint8Array, places: number[]): Uint8Array[] {
  const edges = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return edges.slice(1).map((end, i) => {
    const part = bytes.subarray(edges[i], end)
    const odd = new Uint8Array(part.length + 1)
    odd.set(part, 1)
    return odd.subarray(1)
  })
}

const quietStart = fc.array(fc.integer({ min: -32768, max: 32767 }), { minLength: 2, maxLength: 200 }).map((samples) => Int16Array.from([0, 0, ...samples]))

test('the samples do not depend on how the answer was cut, with or without a WAV header', async (t) => {
  await fc.assert(fc.asyncProperty(quietStart, fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), async (pcm, places, header) => {
    const bytes = header ? encodeWav(pcm, { sampleRateHz: 24000, channels: 1 }) : new Uint8Array(pcm.buffer)
    const samples = await samplesIn(answer(cutAt(bytes, places), header ? 'audio/wav' : 'audio/pcm'))
    t.same(samples, [...pcm], { quiet: true })
  }), { numRuns: 100 })
})

test('a last half sample is left out; a missing or general type is taken for samples', async (t) => {
  const bytes = new Uint8Array([1, 0, 2, 0, 3])
  for (const type of ['audio/pcm', 'audio/pcm;rate=24000', 'application/octet-stream', null]) {
    t.same(await samplesIn(answer([bytes], type)), [1, 2], String(type))
  }
})

test('anything else is refused with its name', async (t) => {
  const silence = new Uint8Array(100)
  const file = (start: string) => Uint8Array.from([...Buffer.from(start, 'latin1'), ...silence])
  for (const type of ['application/json', 'text/html; charset=utf-8', 'audio/mpeg', 'audio/ogg', 'audio/basic']) {
    await t.rejects(samplesIn(answer([silence], type)), { code: 'provider_rejected', message: new RegExp(type.split(';')[0]!) })
  }
  for (const start of ['ID3\x04', 'OggS', 'fLaC', '\xff\xfb\x90\x64']) {
    await t.rejects(samplesIn(answer([file(start)], 'application/octet-stream')), { code: 'provider_rejected' })
  }
  for (const [sampleRateHz, channels] of [[22050, 1], [24000, 2]] as const) {
    const wav = encodeWav(new Int16Array(10), { sampleRateHz, channels })
    await t.rejects(samplesIn(answer([wav], 'audio/wav')), { code: 'provider_rejected', message: new RegExp(`${channels} × 16 bit at ${sampleRateHz} Hz`) })
  }
  await t.rejects(samplesIn(answer([file('RIFF'), new Uint8Array(5000)])), { code: 'provider_rejected' })
})

test('an answer without sound is a failure', async (t) => {
  for (const chunks of [[], [new Uint8Array(1)], [encodeWav(new Int16Array(0), { sampleRateHz: 24000, channels: 1 })]]) {
    await t.rejects(samplesIn(answer(chunks)), { code: 'provider_unavailable' })
  }
})
