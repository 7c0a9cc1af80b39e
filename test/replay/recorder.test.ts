import { test } from 'tap'
import { MULAW_SILENCE } from '../../src/audio/mulaw.ts'
import { decodeWav } from '../../src/audio/wav.ts'
import { CallRecorder, stereoWav } from '../../src/replay/recorder.ts'

const audio = (ms: number, byte: number) => new Uint8Array(ms * 8).fill(byte)

test('keeps both sides on one time line, silent where nothing was heard', async (t) => {
  const recorder = new CallRecorder()
  recorder.caller(audio(20, 1), 0)
  recorder.agent(audio(10, 2), 30)
  recorder.caller(audio(20, 3), 20_000)
  const { caller, agent } = recorder.recording(20_020)
  t.equal(caller.length, 20_020 * 8)
  t.equal(agent.length, caller.length)
  const at = (side: Uint8Array, ms: number) => side[ms * 8]
  t.same([at(caller, 0), at(caller, 20), at(caller, 19_999), at(caller, 20_000)], [1, MULAW_SILENCE, MULAW_SILENCE, 3])
  t.same([at(agent, 29), at(agent, 30), at(agent, 39), at(agent, 40)], [MULAW_SILENCE, 2, 2, MULAW_SILENCE])
})

test('what was cleared was not heard, and what comes after is', async (t) => {
  const recorder = new CallRecorder()
  recorder.agent(audio(100, 1), 0)
  recorder.eraseAgentFrom(40)
  recorder.agent(audio(10, 2), 60)
  const { agent } = recorder.recording(70)
  t.same([39, 40, 59, 60, 69].map((ms) => agent[ms * 8]), [1, MULAW_SILENCE, MULAW_SILENCE, 2, 2])
  t.equal(recorder.recording(20).agent.length, 160, 'cut at the end of the call')
})

test('writes a stereo WAV, the caller left', async (t) => {
  const { pcm, sampleRateHz, channels } = decodeWav(stereoWav({ caller: audio(10, 0x80), agent: audio(10, 0x00) }))
  t.equal(sampleRateHz, 8000)
  t.equal(channels, 2)
  t.same([pcm.length, pcm[0], pcm[1]], [160, 32124, -32124])
})
