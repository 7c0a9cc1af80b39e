import { build } from 'esbuild'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { test, type Test } from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { parseConfig } from '../../../src/config.ts'
import type { LlmRequest } from '../../../src/llm/llm.ts'
import { openLocalGateway } from '../../../src/local-gateway.ts'
import { createLog } from '../../../src/log.ts'
import { echo, type SimulatedReply } from '../../../src/replay/simulated-llm.ts'
import type { CallRecord } from '../../../src/store/calls.ts'
import { noBrowser, openBrowser } from '../../support/browser.ts'
import { callers, simulated } from '../../support/build.ts'
import { folder } from '../../support/folder.ts'
import { inRealTime } from '../../support/in-real-time.ts'
import { microphoneFile, wavOf } from '../../support/microphone.ts'
import { recordingsByLoudness } from '../../support/recordings-by-loudness.ts'
import { until } from '../../support/until.ts'

/** The keys that make the agent hang up. */
const GOODBYE_KEYS = '9#'
const SAID = callers.find(({ name }) => name === 'command')!
/** Time for a machine that does ten other things; longer than what is said over and over takes a few times. */
const MOST_WAIT_MS = 120_000
/** Frames of 20 ms: longer than the pauses between what is said. */
const MUTED_FRAMES = 125

const reply = (request: LlmRequest): SimulatedReply => /9/.test(request.messages.findLast(({ role }) => role === 'user')?.content ?? '')
  ? [{ type: 'text', text: 'Goodbye.' }, { type: 'tool_call', id: 't', name: 'end_call', arguments: '{}' }]
  : echo(request)

const openWorld = async (t: Test) => {
  const dir = folder(t)
  const config = parseConfig({ VAD: 'energy', LOG_LEVEL: 'silent' })
  const gateway = await openLocalGateway({
    config,
    dataDir: dir,
    port: 0,
    seed: { email: 'owner@example.com', passwordHash: '', twilioAccountSid: `AC${randomBytes(16).toString('hex')}`, twilioAuthToken: 'token', agent: { greeting: 'Hi.' } },
    log: await createLog(config),
    say: () => {},
    providers: simulated(systemClock, { stt: { hear: recordingsByLoudness([SAID]) }, llm: { reply } })
  })
  t.teardown(() => gateway.close(0))
  const { stores } = gateway.deps
  const userId = String((await stores.users.findByEmail('owner@example.com'))?._id)
  await stores.apiKeys.create(userId, { name: 'k', secret: 'secret' })
  const agentId = String((await stores.agents.list(userId)).items[0]?._id)
  /** The call after so many others, when `is` says that it is so far. */
  const callWhen = (number: number, what: string, is: (call: CallRecord) => boolean) => until(`call ${number}: ${what}`, MOST_WAIT_MS, async () => {
    const { items } = await stores.calls.list(userId, { sort: { field: 'start_time', direction: 1 } })
    const call = items[number]
    return call !== undefined && is(call) ? call : undefined
  })
  return { dir, gateway, stores, userId, agentId, callWhen }
}

const completed = ({ status }: CallRecord): boolean => status === 'completed'
const says = (text: string) => ({ transcript }: CallRecord): boolean => transcript.some((turn) => turn.role === 'user' && turn.text === text)

/** A site of somebody else's, with a strict content security policy, at two addresses that are two origins. */
const openSite = async (t: Test, gateway: string, key: string) => {
  const server = createServer(({ url }, response) => response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src ${gateway}; connect-src ${gateway} ${gateway.replace('http', 'ws')}`,
    ...(url === '/silent' && { 'permissions-policy': 'microphone=()' })
  }).end(`<!doctype html><html lang="${url === '/es' ? 'es' : 'en'}"><title>A site</title><h1>A site</h1><script src="${gateway}/widget.js" data-key="${key}" async></script>`))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as AddressInfo
  return { known: `http://127.0.0.1:${port}`, other: `http://localhost:${port}` }
}

/** A page in a profile of its own, and the frames of audio that it sends: whether each is silence. */
const openPage = async (t: Test, browser: Browser): Promise<{ page: Page, silent: boolean[] }> => {
  const context = await browser.newContext()
  context.setDefaultTimeout(MOST_WAIT_MS)
  t.teardown(() => context.close())
  const page = await context.newPage()
  page.on('pageerror', ({ message }) => t.fail(message))
  const silent: boolean[] = []
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => {
    const { event, media } = JSON.parse(String(payload)) as { event: string, media?: { payload: string } }
    if (event === 'media') silent.push(Buffer.from(media?.payload ?? '', 'base64').every((byte) => byte === 0xff))
  }))
  return { page, silent }
}

const state = async (page: Page, name: string): Promise<void> => await page.locator(`earshot-phone[data-state=${name}]`).waitFor({ state: 'attached' })
const click = async (page: Page, name: string): Promise<void> => await page.getByRole('button', { name, exact: true }).click()

const library = (await build({ entryPoints: ['src/console/src/phone/browser-phone.ts'], bundle: true, format: 'esm', write: false })).outputFiles[0]!.text

interface World { states: string[], agent: number, caller: number, error: string }
interface Phone { call (): Promise<void>, hangUp (): void, underruns: { count: number, totalMs: number } }
/** What stands in the page. */
declare const world: World
declare const phone: Phone

/** Calls from a page of the gateway's own, under its own content security policy, with a file in place of the microphone. */
const callFromFile = async (page: Page, address: string, agentId: string, file: Uint8Array): Promise<void> => {
  // tsx wraps named functions in a helper of its own, which a page does not have.
  await page.addInitScript('globalThis.__name = (fn) => fn')
  await page.route('**/phone-under-test.js', async (route) => await route.fulfill({ contentType: 'text/javascript', body: library }))
  await page.route('**/caller.wav', async (route) => await route.fulfill({ contentType: 'audio/wav', body: Buffer.from(file) }))
  await page.goto(`${address}/documentation`)
  await page.evaluate(async (agentId) => {
    const { BrowserPhone } = await import(String('/phone-under-test.js'))
    const world: World = { states: [], agent: 0, caller: 0, error: '' }
    const phone = new BrowserPhone({
      workletUrl: '/phone-worklet.js',
      file: await (await fetch('/caller.wav')).blob(),
      openLine: async () => {
        const answer = await fetch('/api/browser-calls', { method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer secret' }, body: JSON.stringify({ agentId }) })
        const { call, ...line } = await answer.json() as { call: { call_sid: string } }
        return { callSid: call.call_sid, ...line }
      },
      onState: ({ name, error }: { name: string, error?: { code: string } }) => {
        world.states.push(name)
        world.error = error?.code ?? ''
      },
      onLevels: ({ agent, caller }: { agent: number, caller: number }) => {
        world.agent = Math.max(world.agent, agent)
        world.caller = Math.max(world.caller, caller)
      }
    })
    Object.assign(globalThis, { world, phone })
    await phone.call()
  }, agentId)
}

test('the phone in a browser', { skip: noBrowser }, async (t) => {
  const { dir, gateway, stores, userId, agentId, callWhen } = await openWorld(t)
  const browser = await openBrowser(await microphoneFile(dir, 2_000, SAID.audio))
  t.teardown(() => browser.close())
  const { _id: keyId, key } = await stores.publishableKeys.create(userId, { agentId, name: 'site', origins: ['https://www.example.com'], quota: { callsPerDay: 2, minutesPerDay: 60, concurrentCalls: 1, minutesPerCall: 5 }, isActive: true })
  const { known, other } = await openSite(t, gateway.address, key)
  await stores.publishableKeys.update(userId, keyId, { origins: [known] })

  await t.test('a visitor of another site talks to the agent, mutes, presses keys, and the agent hangs up', async (t) => {
    const { page, silent } = await openPage(t, browser)
    await page.goto(known)
    await click(page, 'Call')
    const { call_sid: callSid } = await callWhen(0, 'the words', says(SAID.text))
    await state(page, 'live')

    const spoken = async () => await until('speech', MOST_WAIT_MS, () => silent.slice(-10).every((is) => !is) || undefined)
    await spoken()
    await click(page, 'Mute')
    await until('silence', MOST_WAIT_MS, () => silent.slice(-MUTED_FRAMES).every((is) => is) || undefined)
    await click(page, 'Unmute')
    await spoken()
    await click(page, 'Mute')

    t.equal(await page.getByRole('button', { name: 'Key 9' }).count(), 0, 'the keypad is folded away')
    await click(page, 'Keypad')
    for (const digit of GOODBYE_KEYS) await click(page, `Key ${digit}`)
    await state(page, 'ended')
    await page.getByRole('status').getByText('The call has ended.').waitFor()
    const record = await callWhen(0, 'its end', completed)
    t.match(record, { call_sid: callSid, channel: 'widget', end_reason: 'agent_ended', max_duration_seconds: 300 })
    t.ok(record.transcript.some(({ role, text }) => role === 'user' && text.includes('9')), 'the keys stand in the transcript')
  })

  await t.test('the visitor hangs up; when the calls of the day are used up, that is told', async (t) => {
    const { page } = await openPage(t, browser)
    await page.goto(`${known}/es`)
    await click(page, 'Llamar')
    await state(page, 'live')
    await click(page, 'Colgar')
    t.match(await callWhen(1, 'its end', completed), { end_reason: 'caller_hung_up' })
    // The keyboard is where the next call begins.
    await page.locator('earshot-phone button:focus', { hasText: 'Llamar' }).waitFor()
    await click(page, 'Llamar')
    await page.getByRole('status').getByText('This site has had its calls of today').waitFor()
  })

  await t.test('a site that the key is not for, and a visitor who gives no microphone, read why there is no call', async (t) => {
    const { page } = await openPage(t, browser)
    await page.goto(other)
    await click(page, 'Call')
    await page.getByRole('status').getByText(`The call was not accepted. Its key is not for ${other}.`).waitFor()
    await page.goto(`${known}/silent`)
    await click(page, 'Call')
    await page.getByRole('status').getByText('The microphone is not allowed.').waitFor()
    t.equal((await stores.calls.list(userId)).items.length, 2, 'no line was opened')
  })

  await t.test('a file speaks in place of the microphone, and the answer is heard without a gap', async (t) => {
    const { page } = await openPage(t, browser)
    const callOnce = async () => {
      const number = (await stores.calls.list(userId)).items.length
      await callFromFile(page, gateway.address, agentId, wavOf(1000, SAID.audio, 8000, SAID.audio, 8000, SAID.audio))
      const { transcript } = await callWhen(number, 'the answer', (call) => says(SAID.text)(call) && call.transcript.at(-1)?.role === 'assistant')
      const heard = await page.evaluate(() => ({ ...world, underruns: phone.underruns }))
      await page.evaluate(() => phone.hangUp())
      t.match(await callWhen(number, 'its end', completed), { end_reason: 'caller_hung_up', channel: 'browser' })
      t.equal((await page.evaluate(() => world)).states.at(-1), 'ended')
      return { ...heard, transcript }
    }
    const { states, agent, caller, underruns, transcript } = await inRealTime(callOnce, ({ underruns }) => underruns.count === 0)
    t.match(transcript[0], { role: 'assistant', text: 'Hi.' })
    t.same(states, ['preparing', 'connecting', 'live'])
    t.ok(agent > 0.02, `the agent's level reached ${agent}`)
    t.ok(caller > 0.02, `the caller's level reached ${caller}`)
    t.same(underruns, { count: 0, totalMs: 0 }, 'no gap inside an utterance')

    await callFromFile(page, gateway.address, agentId, Buffer.from('no audio'))
    t.equal((await page.evaluate(() => world)).error, 'unreadable_file')
  })
})
