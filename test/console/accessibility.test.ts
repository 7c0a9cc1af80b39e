import { randomBytes } from 'node:crypto'
import { test } from 'tap'
import { runCaller } from '../../src/replay/caller.ts'
import { noBrowser, openBrowser } from '../support/browser.ts'
import { build, say } from '../support/build.ts'
import { openConsoleAs, show, violations } from '../support/console-page.ts'

const PHONE = { phoneNumber: '+12025550143', twilioAccountSid: `AC${randomBytes(16).toString('hex')}`, twilioAuthToken: randomBytes(16).toString('hex') }
const AGENT = { name: 'Help desk', direction: 'incoming', phoneNumber: PHONE.phoneNumber, systemPrompt: 'Help.', greeting: 'Hello, this is the help desk.', active: true, recordAudio: true, recordTape: true, recordingNotice: 'This call is recorded.' }
const GUEST = '+14155550132'

test('no view of the console has a barrier that axe finds, in either theme', { skip: noBrowser }, async (t) => {
  const gateway = await build(t, { twilioAuthToken: PHONE.twilioAuthToken, env: { LLM_MODEL: 'a-model' } })
  const browser = await openBrowser()
  t.teardown(() => browser.close())
  const { page, complaints } = await openConsoleAs(t, browser, gateway.address, 'ann@example.com')
  const make = async (path: string, data: object) => {
    const answer = await page.request.post(path, { data })
    if (!answer.ok()) throw new Error(`${path}: ${await answer.text()}`)
    return await answer.json()
  }
  const { phone } = await make('/api/phones', PHONE)
  const { agent } = await make('/api/agents', AGENT)
  const { prompt } = await make('/api/prompts', { name: 'Confirm a table', content: 'Ask whether the table is still wanted.', phoneNumberId: phone._id })
  await make('/api/scheduled-calls', { callType: 'ai', fromPhoneNumberId: phone._id, promptId: prompt._id, toPhoneNumbers: [GUEST], scheduledDateTime: '2099-01-01T10:00:00Z' })
  await make('/api/api-keys', { name: 'Booking system' })
  await make('/api/do-not-call', { phoneNumber: '+14155550177' })
  const calling = runCaller(gateway.deps.clock, gateway.phone({ to: PHONE.phoneNumber, accountSid: PHONE.twilioAccountSid, authToken: PHONE.twilioAuthToken }), [{ do: 'listen' }, say('hello'), { do: 'wait', forMs: 100_000 }])
  await page.goto('/calls')
  await page.getByRole('listitem').getByText('Live').waitFor()
  const { calls: [call] } = await (await page.request.get('/api/calls')).json()

  /** Where each view is, and what only it shows once it has all. */
  const views: Array<[string, string | RegExp]> = [
    [`/calls/${call._id}`, AGENT.greeting],
    ['/messages', 'No messages yet'],
    ['/analytics', 'Calls by hour of the day'],
    ['/incoming', AGENT.name],
    [`/incoming/${agent._id}`, 'Turn-taking'],
    [`/talk/${agent._id}`, `Ready to call ${AGENT.name}`],
    [`/talk/${agent._id}/chat`, AGENT.greeting],
    ['/outgoing', prompt.name],
    ['/prompts', prompt.content],
    ['/phones', '+1 202 555 0143'],
    ['/setup', 'This is what was said'],
    ['/settings', 'Change the password'],
    ['/settings/api-keys', 'Booking system'],
    ['/settings/calling-rules', 'Not before'],
    ['/settings/do-not-call', '+1 415 555 0177'],
    ['/settings/webhooks', 'No webhook yet'],
    ['/settings/sites', 'New key'],
    ['/settings/retention', 'Tapes, days'],
    ['/settings/audit-log', 'phones · create'],
    [`/replay/${call._id}`, 'Instructions'],
    ['/nowhere', 'There is nothing at this address']
  ]
  for (const [colorScheme, rules] of [['light', undefined], ['dark', ['color-contrast']]] as const) {
    // In the dark nothing but the colours differs. The page is loaded anew, so that no colour is on its way to another.
    await page.emulateMedia({ colorScheme })
    await page.reload()
    for (const [path, shown] of views) {
      await show(page, path)
      await page.getByRole('main').getByText(shown).first().waitFor()
      t.strictSame(await violations(page, rules && [...rules]), [], `${path} ${colorScheme}`)
    }
  }
  await page.request.post(`/api/calls/${call._id}/end`)
  await calling
  t.strictSame(complaints(), [])
})
