// Makes docs/screenshots: every view of the console, light and dark, as wide as a desktop and as a telephone, over a month of a made-up hotel.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { systemClock } from '../src/clock.ts'
import { parseConfig } from '../src/config.ts'
import { openLocalGateway } from '../src/local-gateway.ts'
import { createLog } from '../src/log.ts'
import { SimulatedLlm } from '../src/replay/simulated-llm.ts'
import { SimulatedStt } from '../src/replay/simulated-stt.ts'
import { SimulatedTts } from '../src/replay/simulated-tts.ts'
import { openBrowser } from '../test/support/browser.ts'
import { microphoneFile } from '../test/support/microphone.ts'
import { ANSWERS } from './screenshots/conversations.ts'
import { seedHotel, SIGN_IN } from './screenshots/seed.ts'

const FOLDER = 'docs/screenshots'
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }
const QUALITY = 80
const MOST_BYTES = 100_000

interface View {
  name: string
  path: string
  /** Brings the view to what is worth a picture. */
  act?: (page: Page) => Promise<unknown>
}

const dataDir = await mkdtemp(join(tmpdir(), 'earshot-screenshots-'))
const config = parseConfig({ VAD: 'energy', LOG_LEVEL: 'silent', LLM_MODEL: 'gpt-4o-mini', OPENAI_API_KEY: 'unused' })
const { seed, endedCall, liveCall } = await seedHotel(dataDir)
const gateway = await openLocalGateway({
  config,
  dataDir,
  port: 0,
  seed,
  log: await createLog(config),
  say: () => {},
  providers: {
    stt: new SimulatedStt({ clock: systemClock, hear: () => '' }),
    llm: new SimulatedLlm({ clock: systemClock, reply: ({ messages }) => ANSWERS.find(([word]) => word.test(messages.at(-1)?.content ?? ''))?.[1] ?? '' }),
    tts: new SimulatedTts({ clock: systemClock })
  }
})
// A microphone in a quiet room: without a file, Chromium's beeps.
const browser = await openBrowser(await microphoneFile(dataDir, 60_000))
try {
  await rm(FOLDER, { recursive: true, force: true })
  await mkdir(FOLDER, { recursive: true })
  const stores = gateway.deps.stores
  const owner = await stores.users.findByEmail(SIGN_IN.email)
  const agent = await stores.agents.findActiveIncoming('+12025550142')
  if (owner === undefined || agent === undefined) throw new Error('Nothing was seeded.')

  const views: View[] = [
    { name: 'calls', path: '/calls', act: (page) => page.getByRole('list', { name: 'Calls' }).waitFor() },
    { name: 'call', path: `/calls/${endedCall}` },
    { name: 'call-live', path: `/calls/${liveCall}` },
    {
      name: 'replay',
      path: `/replay/${endedCall}`,
      act: async (page) => {
        await page.getByRole('button', { name: 'Replay', exact: true }).click()
        await page.getByRole('list', { name: 'Then and now' }).waitFor()
      }
    },
    { name: 'messages', path: `/messages/${encodeURIComponent('+12025550142')}/${encodeURIComponent('+14155550132')}` },
    { name: 'analytics', path: '/analytics' },
    { name: 'incoming', path: '/incoming' },
    { name: 'agent', path: `/incoming/${agent._id}` },
    {
      name: 'talk',
      path: `/talk/${agent._id}`,
      act: async (page) => {
        await page.getByRole('button', { name: 'Call', exact: true }).click()
        await page.getByRole('region', { name: 'Transcript' }).getByText('How can I help you?').waitFor()
        await page.getByRole('button', { name: 'Keypad' }).click()
      }
    },
    {
      name: 'chat',
      path: `/talk/${agent._id}/chat`,
      act: async (page) => {
        await page.getByLabel('Write to Front desk').fill('Hi, I would like to book a room for the weekend.')
        await page.getByRole('button', { name: 'Send' }).click()
        await page.getByText('Under which name').waitFor()
      }
    },
    { name: 'outgoing', path: '/outgoing', act: async (page) => { await page.getByLabel('Calls from').selectOption('+1 202 555 0142'); await page.getByRole('list', { name: 'Scheduled calls' }).waitFor() } },
    { name: 'prompts', path: '/prompts' },
    { name: 'phones', path: '/phones' },
    { name: 'settings', path: '/settings' },
    { name: 'settings-api-keys', path: '/settings/api-keys' },
    { name: 'settings-calling-rules', path: '/settings/calling-rules' },
    { name: 'settings-do-not-call', path: '/settings/do-not-call' },
    { name: 'settings-webhooks', path: '/settings/webhooks' },
    { name: 'settings-sites', path: '/settings/sites' },
    { name: 'settings-retention', path: '/settings/retention' },
    { name: 'settings-personal-data', path: '/settings/personal-data' },
    { name: 'settings-audit-log', path: '/settings/audit-log' }
  ]
  for (const size of ['desktop', 'phone'] as const) {
    const context = await browser.newContext({ baseURL: gateway.address, viewport: SIZES[size], locale: 'en-US', reducedMotion: 'reduce', permissions: ['microphone'] })
    const page = await context.newPage()
    await shoot(context, page, size, { name: 'sign-in', path: '/' })
    await page.request.post('/api/auth/register', { data: { email: `new-${size}@seaside.example`, password: SIGN_IN.password } })
    await shoot(context, page, size, { name: 'set-up', path: '/setup' })
    await page.request.post('/api/auth/login', { data: SIGN_IN })
    for (const view of views) await shoot(context, page, size, view)
    await context.close()
  }
} finally {
  await browser.close()
  await gateway.close(0)
  await rm(dataDir, { recursive: true, force: true })
}

async function shoot (context: BrowserContext, page: Page, size: keyof typeof SIZES, { name, path, act }: View): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(path)
  await page.getByRole('heading').first().waitFor()
  await page.getByRole('status').filter({ hasText: 'Loading' }).first().waitFor({ state: 'detached' })
  await act?.(page)
  // Fonts and charts.
  await page.waitForLoadState('networkidle', { timeout: 1_500 }).catch(() => {})
  const debug = await context.newCDPSession(page)
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    const { data } = await debug.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
    const bytes = Buffer.from(data, 'base64')
    if (bytes.length > MOST_BYTES) throw new Error(`${name} has ${bytes.length} bytes; ${MOST_BYTES} are allowed.`)
    await writeFile(join(FOLDER, `${name}-${size}-${scheme}.webp`), bytes)
  }
  await debug.detach()
}
