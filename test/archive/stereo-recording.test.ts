import { test } from 'tap'
import { StereoRecording } from '../../src/archive/stereo-recording.ts'
import { VirtualClock } from '../../src/clock.ts'

/** A recording, and a far end that tells its frames and marks as they come. */
const make = () => {
  const clock = new VirtualClock(0)
  const out: number[] = []
  const recording = new StereoRecording(clock, 0, (mulaw) => out.push(...mulaw))
  let callerMs = 0
  return {
    clock,
    recording,
    /** Frames up to this time of the stream; they arrive `lateMs` after it, all at once when the line was stalled. */
    callerUpTo: async (untilMs: number, lateMs = 0) => {
      for (; callerMs < untilMs; callerMs += 20) {
        await clock.advance(Math.max(0, callerMs + 20 + lateMs - clock.now()))
        recording.callerAudio(new Uint8Array(160).fill(1), callerMs)
      }
    },
    /** From and to, in milliseconds, of each stretch with this byte. */
    stretches: (column: 0 | 1, byte: number) => {
      const found: Array<[number, number]> = []
      for (let i = 0; 2 * i < out.length; i++) {
        if (out[2 * i + column] !== byte) continue
        const last = found.at(-1)
        if (last !== undefined && last[1] === i) last[1] = i + 1
        else found.push([i, i + 1])
      }
      return found.map(([from, to]) => [from / 8, to / 8])
    }
  }
}
const audio = (ms: number, byte: number) => new Uint8Array(ms * 8).fill(byte)

test('audio lies where marks prove that it was played, and a reply is not torn by the frames\' grain', async (t) => {
  const { recording, callerUpTo, stretches } = make()
  await callerUpTo(1000)
  for (const [n, name] of ['0:1', '0:2', '0:3'].entries()) {
    recording.agentAudio(audio(240, 2 + n))
    recording.markSent(name)
  }
  for (const [name, playedMs] of [['0:1', 1380], ['0:2', 1620], ['0:3', 1840]] as const) {
    await callerUpTo(playedMs)
    recording.markReturned(name)
  }
  await callerUpTo(2000)
  recording.end()
  t.same(stretches(0, 1), [[0, 2000]])
  t.same([2, 3, 4].map((byte) => stretches(1, byte)), [[[1140, 1380]], [[1380, 1620]], [[1620, 1860]]])
})

test('what a clear threw away is not there, and what follows it is', async (t) => {
  const { recording, callerUpTo, stretches } = make()
  await callerUpTo(100)
  recording.agentAudio(audio(240, 2))
  recording.markSent('0:1')
  recording.agentAudio(audio(400, 3))
  recording.markSent('0:2')
  recording.agentAudio(audio(100, 4))
  await callerUpTo(340)
  recording.markReturned('0:1')
  await callerUpTo(400)
  recording.cleared()
  recording.agentAudio(audio(100, 5))
  recording.markSent('1:1')
  await callerUpTo(440)
  recording.markReturned('0:2')
  await callerUpTo(540)
  recording.markReturned('1:1')
  recording.end()
  t.same([2, 3, 4, 5].map((byte) => stretches(1, byte)), [[[100, 340]], [[340, 440]], [], [[440, 540]]])
})

test('a stall of the line shifts neither side', async (t) => {
  const { recording, callerUpTo, stretches } = make()
  await callerUpTo(200)
  recording.agentAudio(audio(240, 2))
  recording.markSent('0:1')
  // What Twilio sent in these seconds comes at once, in its order.
  await callerUpTo(440, 1500)
  recording.markReturned('0:1')
  await callerUpTo(1000, 1500)
  recording.end()
  t.same([stretches(0, 1), stretches(1, 2)], [[[0, 1000]], [[200, 440]]])
})

test('without marks and without frames, the clock tells; the end of the call is the end of what was heard', async (t) => {
  const { clock, recording, callerUpTo, stretches } = make()
  recording.agentAudio(audio(500, 2))
  await callerUpTo(3000)
  await clock.advance(2000)
  recording.agentAudio(audio(500, 3))
  await clock.advance(200)
  recording.end()
  t.same([stretches(1, 2), stretches(1, 3)], [[[0, 500]], [[5000, 5200]]])
})

test('time stamps that cannot be, and none at all, do no harm', async (t) => {
  const { clock, recording, stretches } = make()
  await clock.advance(20)
  recording.callerAudio(audio(20, 1), 1e12)
  await clock.advance(20)
  recording.callerAudio(audio(20, 1), undefined)
  recording.markReturned('never sent')
  recording.end()
  t.same(stretches(0, 1), [[0, 40]])
})
