import axe from 'axe-core'
import type { Browser, Locator, Page } from 'playwright-core'
import type { Test } from 'tap'

/** Time for a machine that does ten other things. What is waited for comes, or is an error. */
const MOST_WAIT_MS = 60_000

export const PASSWORD = 'correct horse battery'

export interface ConsolePage {
  page: Page
  /** What the browser complained of since it was last asked: broken scripts, and whatever the content security policy refused. */
  complaints: () => string[]
}

/** A window of the console in a browser profile of its own, which nobody is signed in to. */
export const openConsole = async (t: Test, browser: Browser, baseURL: string): Promise<ConsolePage> => {
  const context = await browser.newContext({ baseURL, colorScheme: 'light', locale: 'en-US', viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', permissions: ['microphone', 'clipboard-read', 'clipboard-write'] })
  context.setDefaultTimeout(MOST_WAIT_MS)
  t.teardown(() => context.close())
  const page = await context.newPage()
  const told: string[] = []
  page.on('pageerror', ({ message }) => told.push(message))
  page.on('console', (message) => {
    // A request that the API refuses is part of some tests.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) told.push(message.text())
  })
  return { page, complaints: () => told.splice(0) }
}

/** A window that a new user is signed in to. */
export const openConsoleAs = async (t: Test, browser: Browser, baseURL: string, email: string): Promise<ConsolePage> => {
  const opened = await openConsole(t, browser, baseURL)
  const answer = await opened.page.request.post('/api/auth/register', { data: { email, password: PASSWORD } })
  if (!answer.ok()) throw new Error(await answer.text())
  return opened
}

/** Goes to a view as its links do, without loading the page again. */
export const show = async (page: Page, path: string): Promise<void> => {
  await page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`)
}

/** The window above the page; what is told in a corner of it counts as a dialog too. */
export const dialogOf = (page: Page): Locator => page.getByRole('dialog').and(page.locator(':not([aria-modal=false])'))

/** Does what sends a request. @returns the body of the API's answer, which is one of success */
export const answerTo = async (page: Page, method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, act: () => Promise<unknown>) => {
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.ok() && response.request().method() === method && new URL(response.url()).pathname.startsWith(path)),
    act()
  ])
  return await answer.json()
}

/** A view may still be on its way to what it will look like; what is wrong stays wrong. */
const AXE_PATIENCE_MS = 5_000

/** What axe finds wrong with a page, a line each. @param rules those to check; left out: all */
export const violations = async (page: Page, rules?: string[]): Promise<string[]> => {
  // Through the debugger, which the content security policy does not concern.
  if (await page.evaluate('globalThis.axe === undefined')) await page.evaluate(axe.source)
  for (const endMs = performance.now() + AXE_PATIENCE_MS; ;) {
    const found = await page.evaluate(async (runOnly) => {
      const { axe: tool } = globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: Array<{ id: string, help: string, nodes: Array<{ html: string, failureSummary?: string }> }> }> } }
      return (await tool.run({ resultTypes: ['violations'], preload: false, ...(runOnly !== undefined && { runOnly }) })).violations
    }, rules)
    if (found.length === 0 || performance.now() > endMs) return found.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary ?? ''}`))
  }
}
