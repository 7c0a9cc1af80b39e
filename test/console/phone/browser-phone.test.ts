import { build } from 'esbuild'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { test, type Test } from 'tap'
import { decodeMulaw } from '../../../src/audio/mulaw.ts'
import { resample } from '../../../src/audio/resample.ts'
import { encodeWav } from '../../../src/audio/wav.ts'
import { parseConfig } from '../../../src/config.ts'
import { openLocalGateway } from '../../../src/local-gateway.ts'
import { createLog } from '../../../src/log.ts'
import type { Providers } from '../../../src/providers.ts'
import { wordErrors } from '../../../src/replay/word-errors.ts'
import { systemClock } from '../../../src/clock.ts'
import { noBrowser, openBrowser } from '../../support/browser.ts'
import { callers } from '../../support/build.ts'
import { folder } from '../../support/folder.ts'
import { MODELS_DIR, missingModels } from '../../support/local-models.ts'

const RATE_HZ = 48_000
const said = callers.find(({ name }) => name === 'pause-250')!
const QUESTION = 'How can I help you?'

/** What a microphone hears: silence while the greeting is spoken, then a recorded caller, then silence. */
const microphone = async (dir: string, silenceMs: number): Promise<string> => {
  const voice = resample(decodeMulaw(said.audio), 8000, RATE_HZ)
  const pcm = new Int16Array(voice.length + (silenceMs + 60_000) * RATE_HZ / 1000)
  pcm.set(voice, silenceMs * RATE_HZ / 1000)
  const path = join(dir, 'microphone.wav')
  await writeFile(path, encodeWav(pcm, { sampleRateHz: RATE_HZ, channels: 1 }))
  return path
}

const setUp = async (t: Test, providers?: Providers) => {
  const dir = folder(t)
  const config = parseConfig({ VAD: 'energy', LOG_LEVEL: 'silent', MODELS_DIR })
  const gateway = await openLocalGateway({
    config,
    dataDir: dir,
    port: 0,
    seed: { email: 'owner@example.com', passwordHash: '', twilioAccountSid: `AC${randomBytes(16).toString('hex')}`, twilioAuthToken: 'token', agent: { greeting: QUESTION } },
    log: await createLog(config),
    say: () => {},
    ...(providers && { providers })
  })
  t.teardown(() => gateway.close(0))
  await gateway.speechReady
  const { stores } = gateway.deps
  const owner = await stores.users.findByEmail('owner@example.com')
  const userId = String(owner?._id)
  await stores.apiKeys.create(userId, { name: 'k', secret: 'secret' })
  const agentId = String((await stores.agents.list(userId)).items[0]?._id)
  return { dir, gateway, stores, userId, agentId }
}

const library = (await build({ entryPoints: ['src/console/src/phone/browser-phone.ts'], bundle: true, format: 'esm', write: false })).outputFiles[0]!.text

/** A page of the gateway's own, under its own content security policy, with a phone in it. */
const openPage = async (t: Test, address: string, agentId: string, microphoneWav?: string): Promise<Page> => {
  const browser = await openBrowser(microphoneWav)
  t.teardown(() => browser.close())
  const page = await browser.newPage()
  page.on('response', (response) => { if (response.status() >= 400) response.text().then((body) => t.comment(response.status(), response.url(), body), () => {}) })
  // tsx wraps named functions in a helper of its own, which a page does not have.
  await page.addInitScript('globalThis.__name = (fn) => fn')
  await page.route('**/phone-under-test.js', async (route) => await route.fulfill({ contentType: 'text/javascript', body: library }))
  await page.goto(`${address}/documentation`)
  await page.evaluate(async (agentId) => {
    const { BrowserPhone } = await import(String('/phone-under-test.js'))
    const world = { states: [] as string[], agent: 0, caller: 0, frames: 0, error: '' }
    const openLine = async () => {
      const answer = await fetch('/api/browser-calls', { method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer secret' }, body: JSON.stringify({ agentId }) })
      const { call, error, ...line } = await answer.json() as { call?: { call_sid: string }, error?: { message: string } }
      if (call === undefined) throw new Error(error?.message)
      return { callSid: call.call_sid, ...line }
    }
    const makePhone = (file?: Blob) => new BrowserPhone({
      workletUrl: '/phone-worklet.js',
      openLine,
      ...(file && { file }),
      onState: ({ name, error }: { name: string, error?: { code: string, message: string } }) => {
        world.states.push(name)
        if (error !== undefined) world.error = `${error.code}: ${error.message}`
      },
      onLevels: ({ agent, caller }: { agent: number, caller: number }) => {
        world.frames++
        world.agent = Math.max(world.agent, agent)
        world.caller = Math.max(world.caller, caller)
      }
    })
    Object.assign(globalThis, { world, makePhone })
  }, agentId)
  return page
}

interface World { states: string[], agent: number, caller: number, frames: number, error: string }
interface Phone { call (): Promise<void>, hangUp (): void, press (digit: string): void, muted: boolean, underruns: { count: number, totalMs: number } }
/** What stands in the page. */
declare const world: World
declare const phone: Phone
declare const makePhone: (file?: Blob) => Phone

const worldOf = (page: Page): Promise<World> => page.evaluate(() => world)
const call = (page: Page): Promise<void> => page.evaluate(async () => {
  Object.assign(globalThis, { phone: makePhone() })
  await phone.call()
})
/** As soon as it is there, as it is asked for. */
const until = async <T> (look: () => Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise<void>((resolve) => systemClock.setTimeout(resolve, 100))
  }
}

const skip = noBrowser !== false ? noBrowser : await missingModels()

test('words spoken into a browser stand in the transcript, and the answer is heard without a gap', { skip }, async (t) => {
  const { dir, gateway, stores, userId, agentId } = await setUp(t)
  const page = await openPage(t, gateway.address, agentId, await microphone(dir, 5000))
  await call(page)
  const turns = await until(async () => {
    const { items: [record] } = await stores.calls.list(userId)
    return record !== undefined && record.transcript.length >= 3 ? record.transcript : undefined
  })
  const heard = turns.filter(({ role }) => role === 'user').map(({ text }) => text).join(' ')
  const { errors, words } = wordErrors(heard, said.text)
  // The local recogniser is a small one.
  t.ok(errors / words <= 0.5, `${errors} of ${words} words wrong: ${heard}`)
  t.match(turns[0], { role: 'assistant', text: QUESTION })
  const { states, agent, caller } = await worldOf(page)
  t.same(states, ['preparing', 'connecting', 'live'])
  t.ok(agent > 0.02, `the agent's level reached ${agent}`)
  t.ok(caller > 0.02, `the caller's level reached ${caller}`)
  t.same(await page.evaluate(() => phone.underruns), { count: 0, totalMs: 0 }, 'no gap inside an utterance')
  await page.evaluate(() => phone.hangUp())
  const record = await until(async () => (await stores.calls.list(userId, { filter: { status: 'completed' } })).items[0])
  t.match(record, { end_reason: 'caller_hung_up', channel: 'browser' })
  t.match((await worldOf(page)).states.at(-1), 'ended')
})
