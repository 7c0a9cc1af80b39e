import { randomBytes } from 'node:crypto'
import { test } from 'tap'
import { runCaller } from '../../src/replay/caller.ts'
import { noBrowser, openBrowser } from '../support/browser.ts'
import { build } from '../support/build.ts'
import { answerTo, dialogOf, openConsoleAs, show, violations } from '../support/console-page.ts'

const PHONE = { phoneNumber: '+12025550143', twilioAccountSid: `AC${randomBytes(16).toString('hex')}`, twilioAuthToken: randomBytes(16).toString('hex') }
const AGENT = { name: 'Help desk', direction: 'incoming', phoneNumber: PHONE.phoneNumber, systemPrompt: 'Help.', greeting: 'Hello.', active: true, turnTaking: { idleMs: 0 } }
/** The call ends when the console ends it, not after a time that a slow machine may need. */
const LONGEST_CALL_MS = 600_000
/** Of no machine on the internet: the gateway sees at once that it cannot be reached there. */
const PUBLIC_URL = 'https://192.0.2.1'

test('the main action of each view of the console', { skip: noBrowser }, async (t) => {
  const gateway = await build(t, { twilioAuthToken: PHONE.twilioAuthToken, env: { LLM_MODEL: 'a-model', PUBLIC_URL } })
  const browser = await openBrowser()
  t.teardown(() => browser.close())
  const { page, complaints } = await openConsoleAs(t, browser, gateway.address, 'ann@example.com')
  for (const [path, data] of [['/api/phones', PHONE], ['/api/agents', AGENT]] as const) {
    const answer = await page.request.post(path, { data })
    if (!answer.ok()) throw new Error(await answer.text())
  }
  const save = page.getByRole('button', { name: 'Save' })
  const link = async (name: string) => await page.getByRole('link', { name, exact: true }).click()
  const press = async (name: string) => await page.getByRole('button', { name }).click()
  await page.goto('/prompts')

  await t.test('prompts are made, removed and taken back', async (t) => {
    await press('New prompt')
    await save.click()
    await page.locator('[name=name][aria-invalid=true]').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('Confirm a table')
    await page.getByLabel('What the agent is to do').fill('Ask whether the table is still wanted.')
    await save.click()
    const prompt = page.getByRole('listitem').filter({ hasText: 'Confirm a table' })
    await prompt.waitFor()
    await press('Remove Confirm a table')
    await prompt.waitFor({ state: 'detached' })
    await press('Undo')
    await prompt.waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('calls are scheduled; a wrong number is told by its line', async (t) => {
    await link('Outgoing agent')
    await press('Schedule calls with Confirm a table')
    const dialog = dialogOf(page)
    await dialog.getByLabel('Numbers to call').fill('+1 415 555 0199\n+1 415')
    await dialog.getByRole('button', { name: 'Schedule calls' }).click()
    await dialog.getByText(/^2: .*possible phone number/).waitFor()
    await dialog.getByLabel('Numbers to call').fill('+1 415 555 0199\n+1 415 555 0198')
    await dialog.getByRole('button', { name: 'Schedule calls' }).click()
    await page.getByText('2 numbers').waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('the numbers of a CSV file are looked at, then scheduled; what is wrong is told by its row', async (t) => {
    await press('Import CSV')
    const dialog = dialogOf(page)
    await dialog.getByLabel('CSV file').setInputFiles({ name: 'guests.csv', mimeType: 'text/csv', buffer: Buffer.from('name,phoneNumber\nAnn,+1 415 555 0197\nBob,twelve\nCid,(415) 555-0197\n') })
    await dialog.getByLabel('Prompt').selectOption('Confirm a table')
    await dialog.getByRole('button', { name: 'Look at the file' }).click()
    await dialog.getByText('1 row is left out').waitFor()
    await dialog.getByRole('row').filter({ hasText: 'twelve' }).waitFor()
    await dialog.getByRole('row').filter({ hasText: 'Same as row 2: called once' }).waitFor()
    const { scheduledCall } = await answerTo(page, 'POST', '/api/scheduled-calls/import', async () => await dialog.getByRole('button', { name: 'Schedule 1 call' }).click())
    t.same(scheduledCall.toPhoneNumbers, ['+14155550197'])
    await page.getByRole('listitem').filter({ hasText: '+1 415 555 0197' }).waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('rules, retention and numbers not to be called are kept', async (t) => {
    await link('Settings')
    await link('Calling rules')
    await page.getByLabel('Not before').selectOption('22')
    await save.click()
    await page.locator('[name=callFromHour][aria-invalid=true]').or(page.locator('[name=callUntilHour][aria-invalid=true]')).waitFor()
    await page.getByLabel('Not before').selectOption('0')
    await page.getByLabel('Not from').selectOption('24')
    t.match((await answerTo(page, 'PATCH', '/api/calling-rules', async () => await save.click())).callingRules, { callFromHour: 0, callUntilHour: 24 })

    await link('Retention')
    await page.getByLabel('Tapes, days').fill('30')
    t.match((await answerTo(page, 'PUT', '/api/retention', async () => await save.click())).retention, { transcriptDays: null, tapeDays: 30 })

    await link('Personal data')
    await page.getByLabel('Number', { exact: true }).fill('+1 415 555 0199')
    await press('Erase …')
    await dialogOf(page).getByRole('button', { name: 'Erase for good' }).click()
    await page.getByText('+1 415 555 0199 is erased. Calls: 0').waitFor()

    await link('Audit log')
    await page.getByLabel('What').selectOption('retention')
    await page.getByText('retention · change').waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('who asked for it is neither called nor written to', async (t) => {
    await link('Do not call or text')
    const optedOut = async (list: string, number: string) => {
      await press(`${list}: Add a number`)
      await page.getByLabel('Phone number').fill(number)
      await save.click()
      const row = page.getByRole('list', { name: list }).getByRole('listitem').filter({ hasText: number })
      await row.waitFor()
      return row
    }
    await optedOut('Do not text', '+1 415 555 0176')
    const row = await optedOut('Do not call', '+1 415 555 0177')
    await row.getByRole('button', { name: 'Take +1 415 555 0177 off the list' }).click()
    await row.waitFor({ state: 'detached' })
    await press('Undo')
    await row.waitFor()

    await link('Outgoing agent')
    await press('Call now with Confirm a table')
    const dialog = dialogOf(page)
    await dialog.getByLabel('Number to call').fill('+1 415 555 0177')
    await dialog.getByRole('button', { name: 'Call', exact: true }).click()
    await dialog.getByText(/do-not-call|not be called/i).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()

    await link('Messages')
    await page.getByRole('button', { name: 'New message' }).first().click()
    await dialog.getByLabel('To', { exact: true }).fill('+1 415 555 0176')
    await dialog.getByLabel('Text', { exact: true }).fill('Your table is ready.')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await dialog.locator('[name=to][aria-invalid=true]').waitFor()
    await dialog.getByLabel('To', { exact: true }).fill('+1 415 555 0175')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('main').getByText('Your table is ready.').first().waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('keys for programs, webhooks and sites are made and shown once', async (t) => {
    await link('Settings')
    await link('API keys')
    await press('New key')
    await page.getByLabel('What is it for?').fill('Booking system')
    await press('Make the key')
    const secret = dialogOf(page).locator('code')
    const answer = await fetch(`${gateway.address}/api/auth/me`, { headers: { authorization: `Bearer ${await secret.textContent()}` } })
    t.equal(answer.status, 200, 'the key that is shown opens the API')
    await press('Close')

    await link('Webhooks')
    await press('New webhook')
    await page.getByLabel('Address').fill('https://localhost/hook')
    await save.click()
    await page.getByText('Is not on the public internet').waitFor()
    await page.getByLabel('Address').fill('https://hooks.example.com/earshot')
    await page.getByRole('checkbox', { name: 'call.started' }).check()
    await save.click()
    t.match(await secret.textContent(), /^whsec_/)
    await press('Close')
    await page.getByText('call.started, call.ended').waitFor()

    await link('Phone for your site')
    await press('New key')
    await page.getByLabel('Name', { exact: true }).fill('Our website')
    await page.getByLabel('Sites').fill('https://www.example.com')
    await save.click()
    await page.getByText(/<script src=".*widget.js" data-key="pk_/).waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('what an agent can do is set up; the API\'s complaints stand at their fields', async (t) => {
    await link('Incoming agent')
    await link(AGENT.name)
    await page.getByRole('switch', { name: 'Record both sides of every call' }).click()
    await page.getByText('All settings').click()
    await page.getByLabel('Speech that silences the agent').fill('9999')
    await save.click()
    await page.locator('[name="turnTaking.bargeInMs"][aria-invalid=true]:focus').waitFor()
    await page.getByLabel('Speech that silences the agent').fill('200')
    await page.getByRole('switch', { name: 'Transfer the call' }).click()
    await page.getByLabel('Name', { exact: true }).last().fill('Sales')
    await page.getByRole('textbox', { name: 'Number', exact: true }).fill('+1 202 555 0144')
    await press('Add an HTTP tool')
    await page.getByLabel('Tool name').fill('find_booking')
    await page.getByLabel('What it does').fill('Finds a booking.')
    await page.getByLabel('Address').fill('https://api.example.com/bookings/{number}')
    await save.click()
    await page.getByText(/\{number\} is not among the properties/i).waitFor()
    const parameters = page.getByLabel('Arguments, as JSON Schema')
    await parameters.fill('{')
    await save.click()
    await page.getByText('Is no JSON.').waitFor()
    await parameters.fill('{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]}')
    const { agent } = await answerTo(page, 'PATCH', '/api/agents', async () => await save.click())
    t.match(agent, {
      recordAudio: true,
      turnTaking: { bargeInMs: 200 },
      tools: [{ type: 'end_call' }, { type: 'transfer_call', destinations: [{ name: 'Sales', number: '+12025550144' }] }, { type: 'http', name: 'find_booking' }]
    })
    t.strictSame(complaints(), [])
  })

  await t.test('an agent that calls pays Twilio for finding out who answers only if it is to', async (t) => {
    await link('Outgoing agent')
    await link('New agent')
    await page.getByLabel('Name', { exact: true }).fill('Reminders')
    await page.getByLabel('Instructions').fill('Remind them of their table.')
    const message = page.getByLabel('Message after the beep')
    await message.waitFor()
    await page.getByRole('switch', { name: 'Find out whether a machine answers' }).click()
    await message.waitFor({ state: 'detached' })
    const { agent } = await answerTo(page, 'POST', '/api/agents', async () => await press('Create the agent'))
    t.match(agent, { name: 'Reminders', direction: 'outgoing', detectMachines: false })
    t.strictSame(complaints(), [])
  })

  await t.test('a number is checked, and set up at Twilio; what is still wrong is said; one that is in use stays', async (t) => {
    const atTwilio = gateway.account.numbers.add(PHONE.phoneNumber)
    await link('Phones')
    await press('Check +1 202 555 0143')
    const dialog = dialogOf(page)
    await dialog.getByText('4 things are not right yet.').waitFor()
    await dialog.getByText('The agent "Help desk" answers the number.').waitFor()
    await dialog.getByRole('button', { name: 'Set it up at Twilio' }).click()
    await dialog.getByText('One thing is not right yet.').waitFor()
    await dialog.getByText('What to do: Look at the DNS name').waitFor()
    t.match(atTwilio, { voice_url: `${PUBLIC_URL}/twilio/voice`, sms_url: `${PUBLIC_URL}/twilio/sms` })
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await press('Remove +1 202 555 0143')
    await page.getByText(/still used by the agent/).first().waitFor()
    await page.getByRole('button', { name: 'Remove +1 202 555 0143' }).waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('no view has a barrier that axe finds, in either theme', async (t) => {
    const calling = runCaller(gateway.deps.clock, gateway.phone({ to: PHONE.phoneNumber, accountSid: PHONE.twilioAccountSid, authToken: PHONE.twilioAuthToken }), [{ do: 'listen' }, { do: 'wait', forMs: LONGEST_CALL_MS }])
    await link('Call logs')
    await page.getByRole('listitem').getByText('Live').waitFor()
    const { calls: [call] } = await (await page.request.get('/api/calls')).json()
    const { agents: [agent] } = await (await page.request.get('/api/agents?direction=incoming')).json()
    /** Where each view is, and what only it shows once it has all. */
    const views: Array<[string, string | RegExp]> = [
      [`/calls/${call._id}`, AGENT.greeting],
      ['/messages', '+1 415 555 0175'],
      ['/analytics', 'Calls by hour of the day'],
      ['/incoming', AGENT.name],
      [`/incoming/${agent._id}`, 'Turn-taking'],
      [`/talk/${agent._id}`, `Ready to call ${AGENT.name}`],
      [`/talk/${agent._id}/chat`, AGENT.greeting],
      ['/outgoing', 'Confirm a table'],
      ['/prompts', 'Confirm a table'],
      ['/phones', '+1 202 555 0143'],
      ['/setup', 'This is what was said'],
      ['/settings', 'Change the password'],
      ['/settings/api-keys', 'Booking system'],
      ['/settings/calling-rules', 'Not before'],
      ['/settings/do-not-call', '+1 415 555 0177'],
      ['/settings/webhooks', 'call.started, call.ended'],
      ['/settings/sites', 'Our website'],
      ['/settings/retention', 'Tapes, days'],
      ['/settings/personal-data', 'Download everything'],
      ['/settings/audit-log', 'phones · create'],
      [`/replay/${call._id}`, 'Instructions'],
      ['/nowhere', 'There is nothing at this address']
    ]
    for (const [path, shown] of views) {
      await show(page, path)
      await page.getByRole('main').getByText(shown).first().waitFor()
      t.strictSame(await violations(page), [], path)
      // In the dark nothing but the colours differs.
      await page.emulateMedia({ colorScheme: 'dark' })
      t.strictSame(await violations(page, ['color-contrast']), [], `${path} in the dark`)
      await page.emulateMedia({ colorScheme: 'light' })
    }
    await show(page, `/calls/${call._id}`)
    await press('End the call')
    await page.getByText('Ended in the console').waitFor()
    await calling
    await press('Remove the call')
    await page.getByText('No calls yet').waitFor()
    await press('Undo')
    await page.getByRole('list', { name: 'Calls' }).getByRole('listitem').waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('another user is shown nothing of it', async (t) => {
    const { page: other, complaints } = await openConsoleAs(t, browser, gateway.address, 'bob@example.com')
    await other.goto('/')
    await other.getByRole('heading', { name: 'Which number shall be answered?' }).waitFor()
    for (const [view, empty] of [['Call logs', 'No calls yet'], ['Messages', 'No messages yet'], ['Prompts', 'First, a number'], ['Phones', 'No number yet'], ['Incoming agent', 'First, a number'], ['Outgoing agent', 'First, a number'], ['Analytics', 'No calls in this range']] as const) {
      await other.getByRole('link', { name: view }).click()
      await other.getByRole('heading', { name: empty }).waitFor()
    }
    const { agents: [agent] } = await (await page.request.get('/api/agents?direction=incoming')).json()
    await other.goto(`/incoming/${agent._id}`)
    await other.getByText('This agent is no longer there.').waitFor()

    // Who has no Twilio account gets a made-up number, and an agent to talk to in the browser.
    await other.goto('/setup')
    await other.getByRole('button', { name: 'Try it without Twilio' }).click()
    await other.getByRole('button', { name: 'Create the agent' }).click()
    await other.getByText('Ready to call').waitFor()
    await other.getByText('Later: a number that telephones reach').waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('it speaks Spanish, and remembers it', async () => {
    await link('Settings')
    await page.getByLabel('Language').selectOption('es')
    await page.getByRole('heading', { name: 'Ajustes' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Ajustes' }).waitFor()
    await page.getByLabel('Idioma').selectOption('en')
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
  })
})
