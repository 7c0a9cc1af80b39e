import { test } from 'tap'
import { noBrowser, openBrowser } from '../support/browser.ts'
import { build } from '../support/build.ts'
import { openConsole, PASSWORD } from '../support/console-page.ts'
import { folder } from '../support/folder.ts'
import { seedManyCalls } from '../support/many-calls.ts'

const MANY = { email: 'many@example.com', password: PASSWORD, count: 10_000 }
/** The console's frame and forty rows come to about 1,000. */
const MOST_ELEMENTS = 1_500

test('the list of ten thousand calls', { skip: noBrowser }, async (t) => {
  const dataDir = folder(t)
  await seedManyCalls(dataDir, MANY)
  const gateway = await build(t, { dataDir })
  const browser = await openBrowser()
  t.teardown(() => browser.close())
  const { page, complaints } = await openConsole(t, browser, gateway.address)
  await page.request.post('/api/auth/login', { data: { email: MANY.email, password: MANY.password } })
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
