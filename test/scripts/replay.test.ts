import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { test } from 'tap'
import { decodeWav } from '../../src/audio/wav.ts'

const run = promisify(execFile)
const replay = async (...args: string[]) => await run(process.execPath, ['--import=tsx', 'scripts/replay.ts', ...args])

test('replays recorded callers in virtual time: transcript, latencies and both sides', async (t) => {
  const wav = `${t.testdir()}/out.wav`
  const { stdout } = await replay('fixtures/callers/demo-1.ulaw', 'fixtures/callers/demo-4.ulaw', '--fast', '--wav', wav)
  t.match(stdout, /caller {2}Hello\. Something is terribly wrong\.\n.*heard {3}Hello\. Something is terribly wrong\.\n.*agent {3}You said: Hello\./)
  t.match(stdout, /after the caller's last word: words 0\.3\d s, model .* voice .* sent /)
  t.match(stdout, /No gaps in the agent's voice\./)
  const { channels, pcm } = decodeWav(await readFile(wav))
  t.equal(channels, 2)
  for (const side of [0, 1]) t.ok(pcm.some((sample, i) => i % 2 === side && Math.abs(sample) > 5000), 'both can be heard')
})

test('says what is wrong, and how it is used', async (t) => {
  await t.rejects(replay('nobody.ulaw'), { code: 2, stderr: /nobody\.ulaw: there is no such file\.\n\nUsage:/ })
  const broken = `${t.testdir({ 'broken.ndjson': '{}\n' })}/broken.ndjson`
  await t.rejects(replay(broken, '--fast'), { code: 1, stderr: /broken\.ndjson:1: / })
})

test('a tape of the fixtures comes to what it came to, and a change is told', async (t) => {
  const tape = 'fixtures/tapes/barge-in.ndjson'
  const golden = 'fixtures/tapes/barge-in.golden'
  t.match((await replay(tape, '--against', golden)).stdout, /The same as fixtures/)
  const other = `${t.testdir({ 'other.golden': (await readFile(golden, 'utf8')).replace('user: "No."', 'user: "Yes."') })}/other.golden`
  await t.rejects(replay(tape, '--against', other), { code: 1, stdout: /Not the same as .*\n- .*"Yes\."\n\+ .*"No\."/s })
  await t.rejects(replay(tape, '--against', 'none.golden'), { code: 2, stderr: /--write-golden makes it/ })
})
