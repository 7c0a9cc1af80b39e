import { test } from 'tap'
import { VirtualClock } from '../../src/clock.ts'
import { startLocalSpeech } from '../../src/local-speech/child.ts'

const silent = { info: () => {}, warn: () => {} }

test('says what to do when the models are missing or damaged', async (t) => {
  const modelsDir = t.testdir({ 'moonshine-tiny-en-1': { 'manifest.json': '{"encoder.ort":"00"}', 'encoder.ort': 'torn' } })
  await t.rejects(startLocalSpeech({ modelsDir, clock: new VirtualClock(), log: silent }), { code: 'internal', message: /missing or damaged.*npm run models/ })
})

test('shows the last words of a server that ends before it is ready', async (t) => {
  const program = t.testdir({ 'broken.mjs': 'console.error("no such library"); process.exit(3)' }) + '/broken.mjs'
  await t.rejects(startLocalSpeech({ modelsDir: '', clock: new VirtualClock(), log: silent, program }), { message: /it ended with 3\. no such library/ })
})

test('is started again at the same address when it ends, ever later, and closed for good', async (t) => {
  const clock = new VirtualClock()
  let tell = (_details: object) => {}
  const told = async () => await new Promise<{ signal?: string, waitMs?: number }>((resolve) => { tell = resolve })
  const log = { info: (details: object) => tell(details), warn: (details: object) => tell(details) }

  const speech = await startLocalSpeech({ modelsDir: '', clock, log, program: 'test/support/fake-speech-server.ts' })
  t.teardown(speech.close)
  const pid = async () => Number(await (await fetch(speech.baseUrl)).text())
  for (const waitMs of [250, 500]) {
    const before = await pid()
    const ended = told()
    process.kill(before, 'SIGKILL')
    t.match(await ended, { signal: 'SIGKILL', waitMs })
    await t.rejects(pid())
    const again = told()
    await clock.advance(waitMs)
    await again
    t.not(await pid(), before)
  }
  await clock.advance(61_000)
  const ended = told()
  process.kill(await pid(), 'SIGKILL')
  t.match(await ended, { waitMs: 250 }, 'it had been well for a while')

  await Promise.all([speech.close(), speech.close()])
  await clock.advance(60_000)
  await t.rejects(pid())
  t.equal(clock.pendingTimers, 0)
})

test('closing ends the process', async (t) => {
  const speech = await startLocalSpeech({ modelsDir: '', clock: new VirtualClock(), log: silent, program: 'test/support/fake-speech-server.ts' })
  const pid = Number(await (await fetch(speech.baseUrl)).text())
  await Promise.all([speech.close(), speech.close()])
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
})
