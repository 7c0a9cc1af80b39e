import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'tap'
import { decodeMulaw, encodeMulaw } from '../../src/audio/mulaw.ts'
import { knownRecordings, type KnownRecording } from '../../src/replay/known-recordings.ts'
import { speechLike } from '../../src/replay/speech-like.ts'

const recorded = (name: string): KnownRecording => {
  const path = new URL(`../../fixtures/callers/${name}`, import.meta.url)
  return { audio: readFileSync(`${path.pathname}.ulaw`), text: readFileSync(`${path.pathname}.txt`, 'utf8').trim() }
}
const [one, two, paused] = [recorded('demo-1'), recorded('demo-2'), recorded('pause-800')] as const
const hear = knownRecordings([one, two, paused])
const pcmOf = (mulaw: Uint8Array) => decodeMulaw(mulaw)

test('a whole recording gives its text, wherever in the request it is', async (t) => {
  for (const recording of [one, two, paused]) t.equal(hear(pcmOf(recording.audio)), recording.text)
  const quiet = new Uint8Array(3011).fill(0xff)
  t.equal(hear(pcmOf(Buffer.concat([quiet, one.audio, quiet]))), one.text)
  t.equal(hear(pcmOf(Buffer.concat([two.audio, quiet, one.audio]))), `${two.text} ${one.text}`)
})

test('a part gives the words of that part, and the parts together the whole', async (t) => {
  const cut = 3100 * 8
  const [first, rest] = [hear(pcmOf(paused.audio.subarray(0, cut))), hear(pcmOf(paused.audio.subarray(cut)))]
  t.not(first, '')
  t.not(rest, '')
  t.equal(`${first} ${rest}`, paused.text)
})

test('wherever it is cut, no word is heard twice or made up', async (t) => {
  fc.assert(fc.property(fc.integer({ min: 0, max: one.audio.length }), (cut) => {
    const parts = [hear(pcmOf(one.audio.subarray(0, cut))), hear(pcmOf(one.audio.subarray(cut)))].filter((text) => text !== '').join(' ').split(' ')
    const words = one.text.split(' ')
    // A word in the middle of whose sound the cut falls may be lost.
    return parts.every((word) => words.includes(word)) && parts.length <= words.length && parts.length >= words.length - 2
  }), { numRuns: 60 })
  t.pass()
})

test('silence and unknown sound give no words', async (t) => {
  t.equal(hear(new Int16Array(8000)), '')
  t.equal(hear(pcmOf(encodeMulaw(speechLike('something nobody has recorded', 8000)))), '')
  t.equal(hear(new Int16Array(0)), '')
})
