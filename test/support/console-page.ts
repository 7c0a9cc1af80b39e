import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'

export interface ConsolePage {
  page: Page
  /** What the browser complained of since it was last asked: broken scripts, and whatever the content security policy refused. */
  complaints: () => string[]
}

/** A window of the console in a browser profile of its own, which nobody is signed in to. */
export const openConsole = async (t: Test, browser: Browser, baseURL: string, options: { colorScheme?: 'light' | 'dark', width?: number, locale?: string } = {}): Promise<ConsolePage> => {
  const { colorScheme = 'light', width = 1280, locale = 'en-US' } = options
  const context = await browser.newContext({ baseURL, colorScheme, locale, viewport: { width, height: 800 }, reducedMotion: 'reduce', permissions: ['microphone', 'clipboard-read', 'clipboard-write'] })
  context.setDefaultTimeout(20_000)
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

/** What axe finds wrong with a page, a line each. */
export const violations = async (page: Page): Promise<string[]> => {
  // Through the debugger, which the content security policy does not concern.
  await page.evaluate(axe.source)
  const found = await page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as { axe: { run: (context: unknown) => Promise<{ violations: Array<{ id: string, help: string, nodes: Array<{ html: string, failureSummary?: string }> }> }> } }
    return (await tool.run(undefined)).violations
  })
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary ?? ''}`))
}
