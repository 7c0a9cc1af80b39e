import { test } from 'tap'
import { readFileSync } from 'node:fs'
import { rms } from '../../src/audio/level.ts'
import { decodeMulaw, encodeMulaw } from '../../src/audio/mulaw.ts'
import { resumePoint } from '../../src/call/resume-point.ts'
import { SpeechAudio } from '../../src/call/speech-audio.ts'

const MS = 8
/** Loud but for the stretches given, in milliseconds. */
const speechWith = (ms: number, gaps: Array<[number, number]>): SpeechAudio => {
  const pcm = Int16Array.from({ length: ms * MS }, (_, i) => gaps.some(([from, to]) => i >= from * MS && i < to * MS) ? 0 : 9000 * Math.sin(i * 0.9))
  const speech = new SpeechAudio()
  const mulaw = encodeMulaw(pcm)
  for (let at = 0; at < mulaw.length; at += 1000) speech.append(mulaw.subarray(at, at + 1000))
  return speech
}

test('goes back to the gap before the word that was cut', (t) => {
  const speech = speechWith(2000, [[300, 340], [900, 940], [1500, 1540]])
  for (const heardMs of [960, 1100, 1300, 1345]) {
    const atMs = resumePoint(speech, heardMs * MS) / MS
    t.ok(atMs >= 890 && atMs <= 940, `${atMs} of ${heardMs}`)
  }
  t.end()
})

test('never goes on, never back beyond 450 ms or what is kept, and needs nothing to go back to', (t) => {
  const speech = speechWith(10_000, [])
  for (const heardMs of [0, 5, 29, 200, 1000, 9999]) {
    const atMs = resumePoint(speech, heardMs * MS) / MS
    t.ok(atMs <= heardMs && atMs >= Math.max(0, heardMs - 450), `${atMs} of ${heardMs}`)
  }
  speech.release(10_000 * MS)
  t.equal(resumePoint(speech, 100 * MS), 100 * MS, 'what was let go of cannot be looked at')
  t.equal(resumePoint(new SpeechAudio(), 0), 0)
  t.end()
})

test('in recorded speech it finds a moment 10 dB quieter than the speech around it, nearly always', (t) => {
  const mulaw = readFileSync('fixtures/callers/very-long.ulaw')
  const speech = new SpeechAudio()
  speech.append(mulaw)
  const level = (from: number, bytes: number) => rms(decodeMulaw(speech.read(from, bytes)))
  let quieter = 0
  let cuts = 0
  for (let heard = 4000; heard < mulaw.length - 4000; heard += 1600, cuts++) {
    if (20 * Math.log10(level(heard - 3600, 3600) / level(resumePoint(speech, heard), 240)) > 10) quieter++
  }
  t.ok(quieter / cuts > 0.9, `${quieter} of ${cuts}`)
  t.end()
})
