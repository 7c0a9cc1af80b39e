import { test } from 'tap'
import fc from 'fast-check'
import { CallerAudio } from '../../src/call/caller-audio.ts'

type Step = { type: 'append', bytes: number } | { type: 'drop', backMs: number } | { type: 'slice', fromMs: number, toMs: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('append' as const), bytes: fc.oneof(fc.constant(160), fc.integer({ min: 0, max: 9000 })) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('drop' as const), backMs: fc.double({ min: -50, max: 3000, noNaN: true }) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('slice' as const), fromMs: fc.double({ min: -100, max: 12_000, noNaN: true }), toMs: fc.double({ min: -100, max: 12_000, noNaN: true }) }) }
)

test('property: every slice is what a plain list of all bytes holds there, through growing and forgetting', (t) => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const audio = new CallerAudio()
    const all: number[] = []
    let mayForgetMs = 0
    for (const step of steps) {
      if (step.type === 'append') {
        const chunk = Uint8Array.from({ length: step.bytes }, (_, i) => (all.length + i) * 7 % 251)
        audio.append(chunk)
        for (const byte of chunk) all.push(byte)
      } else if (step.type === 'drop') {
        const beforeMs = audio.endMs - step.backMs
        audio.dropBefore(beforeMs)
        mayForgetMs = Math.max(mayForgetMs, Math.min(beforeMs, audio.endMs))
      } else {
        const held = Math.round(audio.startMs * 8)
        const from = Math.max(held, Math.round(step.fromMs * 8))
        const expected = all.slice(from, Math.max(from, Math.round(step.toMs * 8)))
        const slice = audio.slice(step.fromMs, step.toMs)
        if (slice.length !== expected.length || !slice.every((byte, i) => byte === expected[i])) throw new Error(`slice of ${step.fromMs} to ${step.toMs}`)
      }
      if (audio.endMs !== all.length / 8) throw new Error('the end')
      if (audio.startMs > mayForgetMs) throw new Error(`forgot up to ${audio.startMs}, allowed ${mayForgetMs}`)
    }
  }), { numRuns: 300 })
  t.end()
})

test('a slice is a copy', (t) => {
  const audio = new CallerAudio()
  audio.append(new Uint8Array(800).fill(1))
  audio.slice(0, 100).fill(9)
  t.same([...audio.slice(0, 1)], Array(8).fill(1))
  t.end()
})

test('a caller who is quiet for long holds no more than two seconds, also after a long turn', (t) => {
  const audio = new CallerAudio()
  const frame = new Uint8Array(160)
  const hear = (ms: number, forget: boolean) => {
    for (let i = 0; i < ms / 20; i++) {
      audio.append(frame)
      if (forget) audio.dropBefore(audio.endMs - 500)
    }
  }
  hear(20_000, true)
  t.ok(audio.endMs - audio.startMs <= 2048)
  hear(30_000, false)
  t.ok(audio.endMs - audio.startMs >= 30_000)
  hear(60_000, true)
  t.ok(audio.endMs - audio.startMs <= 2048, `${audio.endMs - audio.startMs} ms`)
  t.end()
})
