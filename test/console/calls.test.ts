import { randomBytes } from 'node:crypto'
import { test } from 'tap'
import type { LlmRequest } from '../../src/llm/llm.ts'
import { runCaller } from '../../src/replay/caller.ts'
import { echo, type SimulatedReply } from '../../src/replay/simulated-llm.ts'
import { noBrowser, openBrowser } from '../support/browser.ts'
import { build, callers, hear, say } from '../support/build.ts'
import { dialogOf, openConsole, PASSWORD } from '../support/console-page.ts'
import { folder } from '../support/folder.ts'
import { seedManyCalls } from '../support/many-calls.ts'
import { microphoneFile } from '../support/microphone.ts'
import { recordingsByLoudness } from '../support/recordings-by-loudness.ts'

const NUMBER = '+12025550143'
/** A call ends when the console ends it, not after a time that a slow machine may need. */
const LONGEST_CALL_MS = 600_000
const MANY = { email: 'many@example.com', password: PASSWORD, count: 10_000 }
/** The console's frame and forty rows come to about 600. */
const MOST_ELEMENTS = 1_500
const GREETING = 'Hello, this is the help desk.'
/** What is said into the microphone, over and over: when the call is up differs between machines. */
const SPOKEN = callers.find(({ name }) => name === 'command')!

/** Half a minute to speak: that it is being spoken is seen on any machine. */
const LONG_ANSWER = Array.from({ length: 10 }, (_, n) => `And the router of floor ${n + 1} is started again by its button at the back.`).join(' ')

const reply = (request: LlmRequest): SimulatedReply => {
  const said = request.messages.at(-1)?.content
  if (said === 'Goodbye') return [{ type: 'text', text: 'Goodbye!' }, { type: 'tool_call', id: '1', name: 'end_call', arguments: '{}' }]
  return said === 'Hello.' ? LONG_ANSWER : echo(request)
}

test('the console, from the first run to calls', { skip: noBrowser }, async (t) => {
  const dataDir = folder(t)
  await seedManyCalls(dataDir, MANY)
  const credentials = { accountSid: `AC${randomBytes(16).toString('hex')}`, authToken: randomBytes(16).toString('hex') }
  const spoken = recordingsByLoudness([SPOKEN])
  const gateway = await build(t, {
    dataDir,
    atOwnAddress: true,
    twilioAuthToken: credentials.authToken,
    env: { LLM_MODEL: 'a-model' },
    stt: { hear: (pcm) => hear(pcm) || spoken(pcm) },
    llm: { reply }
  })
  const browser = await openBrowser(await microphoneFile(dataDir, 3_000, SPOKEN.audio, 2_000))
  t.teardown(() => browser.close())
  const { page, complaints } = await openConsole(t, browser, gateway.address)
  const transcript = page.getByRole('region', { name: 'Transcript' })

  await t.test('a new user registers, sets up a number and an agent, talks to it through the microphone, and reads the words', async (t) => {
    await page.goto('/')
    await page.getByRole('button', { name: 'Create an account' }).click()
    await page.getByLabel('E-mail').fill('ann@example.com')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Create an account' }).click()

    await page.getByRole('heading', { name: 'Which number shall be answered?' }).waitFor()
    await page.getByRole('button', { name: 'Add the number' }).click()
    await page.getByText('Begin with + and the country code').waitFor()
    await page.getByLabel('Phone number').fill('+1 (202) 555-01')
    await page.getByLabel('Account SID').fill(credentials.accountSid)
    await page.getByLabel('Auth token').fill(credentials.authToken)
    await page.getByRole('button', { name: 'Add the number' }).click()
    // What the API refuses is shown at its field, which gets the focus.
    await page.locator('[name=phoneNumber][aria-invalid=true]:focus').waitFor()
    await page.getByText('Is not a possible phone number.').waitFor()
    await page.getByLabel('Phone number').fill('+1 (202) 555-0143')
    await page.getByRole('button', { name: 'Add the number' }).click()

    await page.getByRole('button', { name: 'First-line support' }).click()
    await page.getByLabel('Greeting').fill(GREETING)
    await page.getByRole('button', { name: 'Create the agent' }).click()

    await page.getByRole('heading', { name: 'Talk to it' }).waitFor()
    await page.getByText('No language model is connected').waitFor()
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await page.getByText('You are talking to First-line support').waitFor()
    await transcript.getByText(GREETING).waitFor()
    // Not the agent's echo.
    await transcript.getByText(SPOKEN.text, { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'Mute' }).click()
    await page.getByRole('button', { name: 'Mute', pressed: true }).waitFor()
    await page.getByRole('button', { name: 'Keypad' }).click()
    await page.getByRole('button', { name: 'Key 5' }).click()
    await transcript.getByText('5', { exact: false }).first().waitFor()
    await page.getByRole('button', { name: 'Hang up' }).click()
    await page.getByText('The call has ended.').waitFor()
    await page.getByRole('link', { name: 'Open the call' }).click()
    await page.getByText('Caller hung up').waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('a telephone call is shown as it is spoken; its agent is whispered to; its recording plays from a turn on', async (t) => {
    const { agents: [agent] } = await (await page.request.get('/api/agents')).json()
    await page.request.patch(`/api/agents/${agent._id}`, { data: { recordAudio: true, recordTape: true, recordingNotice: 'This call is recorded.', turnTaking: { idleMs: 0 } } })
    const phone = gateway.phone({ to: NUMBER, ...credentials })
    const calling = runCaller(gateway.deps.clock, phone, [{ do: 'listen' }, say('hello'), { do: 'wait', forMs: LONGEST_CALL_MS }])
    await page.getByRole('link', { name: 'Call logs' }).click()
    await page.getByRole('list', { name: 'Calls' }).getByRole('listitem').filter({ hasText: 'Live' }).getByRole('link').click()
    await transcript.getByText(GREETING).waitFor()
    await transcript.getByText('Hello.', { exact: true }).waitFor()
    await page.getByText('Agent speaks').waitFor()
    // As far as it has been heard.
    await transcript.getByText(/^And the router .* …$/).waitFor()
    await page.getByLabel('Whisper to the agent').fill('Offer a discount.')
    await page.getByRole('button', { name: 'Whisper' }).click()
    await transcript.getByText('Offer a discount.').first().waitFor()
    await page.getByRole('button', { name: 'Transfer' }).click()
    await dialogOf(page).getByLabel('Number').fill('911')
    await page.getByRole('button', { name: 'Transfer the call' }).click()
    await page.locator('[name=to][aria-invalid=true]').waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'End the call' }).click()
    await page.getByText('Ended in the console').waitFor()
    await calling

    // Twilio tells of a machine when it likes, also after the call.
    await gateway.deps.stores.calls.noteAnsweredBy(phone.callSid, 'machine_end_beep')
    await page.reload()
    await page.getByText('Answering machine (after the beep)').waitFor()

    await page.getByRole('link', { name: 'Download: Tape' }).waitFor()
    const turn = transcript.getByRole('listitem').filter({ hasText: GREETING })
    await turn.getByRole('button', { name: 'Play from' }).click()
    await turn.and(page.locator('[aria-current=true]')).waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('a call is replayed against other instructions; an agent is tried in writing', async (t) => {
    await page.getByRole('link', { name: 'Replay against today’s prompt' }).click()
    await page.getByLabel('Instructions').fill('Say little.')
    await page.getByRole('button', { name: 'Replay', exact: true }).click()
    await page.getByRole('list', { name: 'Then and now' }).getByText(/^And the router /).nth(1).waitFor()

    await page.getByRole('link', { name: 'Incoming agent' }).click()
    await page.getByRole('link', { name: 'Talk to First-line support' }).click()
    await page.getByRole('link', { name: 'In writing' }).click()
    const chat = page.getByRole('region', { name: 'Chat' })
    await chat.getByText(GREETING).waitFor()
    await chat.getByLabel('Write to First-line support').fill('My router is dark.')
    await chat.getByRole('button', { name: 'Send' }).click()
    await chat.getByText('You said: My router is dark. Is there anything else?').waitFor()
    await chat.getByLabel('Write to First-line support').fill('Goodbye')
    await chat.getByRole('button', { name: 'Send' }).click()
    await chat.getByRole('list', { name: 'Tools that were used' }).getByText('end_call').waitFor()
    await chat.getByText('A call would end here.').waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('ten thousand calls are scrolled through, of which only the rows in sight are in the page', async (t) => {
    const { page, complaints } = await openConsole(t, browser, gateway.address)
    await page.request.post('/api/auth/login', { data: { email: MANY.email, password: PASSWORD } })
    await page.goto('/calls')
    const list = page.getByRole('list', { name: 'Calls' })
    await list.waitFor()
    t.comment(`first paint after ${await page.evaluate('Math.round(performance.getEntriesByName("first-contentful-paint")[0]?.startTime)')} ms`)

    // As fast as a hand can drag: to the end of what is there, in every frame, until all is.
    const { most, frames, longMs } = await list.evaluate(async (list, count) => {
      const { requestAnimationFrame, document, performance } = globalThis as unknown as { requestAnimationFrame: (next: () => void) => void, document: { querySelectorAll: (all: string) => { length: number } }, performance: { now: () => number } }
      const scroller = (list as unknown as { parentElement: { scrollTop: number, scrollHeight: number } }).parentElement
      const rows = list as unknown as { lastElementChild: { getAttribute: (name: string) => string | null } }
      const seen = { most: 0, frames: 0, longMs: [] as number[] }
      for (let before = performance.now(); rows.lastElementChild.getAttribute('aria-posinset') !== String(count); seen.frames++) {
        scroller.scrollTop = scroller.scrollHeight
        await new Promise<void>((resolve) => requestAnimationFrame(resolve))
        const now = performance.now()
        if (now - before > 50) seen.longMs.push(now - before)
        before = now
        seen.most = Math.max(seen.most, document.querySelectorAll('*').length)
      }
      return seen
    }, MANY.count)
    t.comment(`${frames} frames, ${longMs.length} of them longer than 50 ms, the longest ${Math.round(Math.max(0, ...longMs))} ms; at most ${most} elements`)
    t.ok(most < MOST_ELEMENTS, `the page never has more than ${most} elements`)
    t.strictSame(complaints(), [])
  })
})
