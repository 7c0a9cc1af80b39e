import { test } from 'tap'
import { GapMeter } from '../../src/replay/gap-meter.ts'

test('a stretch in which the buffer ran dry inside a reply is a gap', async (t) => {
  const meter = new GapMeter()
  meter.started(1000)
  meter.ranDry(1500)
  meter.started(1540)
  meter.ranDry(2000)
  meter.started(3500)
  t.same(meter.gaps, [{ atMs: 1500, durationMs: 40 }, { atMs: 2000, durationMs: 1500 }])
})

test('silence between replies is none: after the caller spoke, after a clear, or when it is long', async (t) => {
  const meter = new GapMeter()
  meter.started(0)
  meter.ranDry(1000)
  meter.callerSpoke(1500)
  meter.started(2500)
  meter.ranDry(3000)
  meter.cleared()
  meter.started(3050)
  meter.ranDry(4000)
  meter.started(6500)
  t.same(meter.gaps, [])
})

test('a caller who spoke before the reply began does not hide its gaps, and one who talks over it hides no short one', async (t) => {
  const meter = new GapMeter()
  meter.callerSpoke(500)
  meter.started(1000)
  meter.ranDry(1300)
  meter.started(2100)
  meter.callerSpoke(2200)
  meter.ranDry(3000)
  meter.started(3100)
  t.same(meter.gaps, [{ atMs: 1300, durationMs: 800 }, { atMs: 3000, durationMs: 100 }])
})

test('audio that follows without silence is no gap', async (t) => {
  const meter = new GapMeter()
  meter.started(0)
  meter.ranDry(100)
  meter.started(100)
  t.same(meter.gaps, [])
})
