import { randomBytes } from 'node:crypto'
import { test } from 'tap'
import { runCaller } from '../../src/replay/caller.ts'
import { noBrowser, openBrowser } from '../support/browser.ts'
import { build, say } from '../support/build.ts'
import { openConsole, violations } from '../support/console-page.ts'

const NUMBER = '+12025550143'
const PASSWORD = 'correct horse battery'

test('the console', { skip: noBrowser }, async (t) => {
  const gateway = await build(t, { env: { LLM_MODEL: 'a-model' } })
  const browser = await openBrowser()
  t.teardown(() => browser.close())
  const credentials = { accountSid: `AC${randomBytes(16).toString('hex')}`, authToken: randomBytes(16).toString('hex') }

  const register = async (email: string, options: Parameters<typeof openConsole>[3] = {}) => {
    const window = await openConsole(t, browser, gateway.address, options)
    const { page } = window
    await page.goto('/')
    await page.getByRole('button', { name: 'Create an account' }).click()
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Create an account' }).click()
    await page.getByRole('navigation').waitFor()
    return window
  }

  const { page, complaints } = await register('ann@example.com')

  await t.test('leads a new user from the number to the words of the first call', async (t) => {
    await page.getByRole('heading', { name: 'Which number shall be answered?' }).waitFor()
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
    await page.getByLabel('Greeting').fill('Hello, this is the help desk.')
    await page.getByRole('button', { name: 'Create the agent' }).click()
    await page.getByText('Waiting for the first call').waitFor()

    const phone = gateway.phone({ to: NUMBER, ...credentials })
    const calling = runCaller(gateway.deps.clock, phone, [{ do: 'listen' }, say('hello'), { do: 'wait', forMs: 2000 }])
    const transcript = page.getByRole('region', { name: 'Transcript' })
    await transcript.getByText('Hello, this is the help desk.').waitFor()
    await transcript.getByText('Caller').waitFor()
    await page.getByRole('link', { name: 'Open the call' }).click()
    await calling
    await page.getByText('Caller hung up').waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('keeps prompts, schedules, rules and keys', async (t) => {
    await page.getByRole('link', { name: 'Prompts' }).click()
    await page.getByRole('button', { name: 'New prompt' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    t.equal(await page.getByLabel('Name', { exact: true }).getAttribute('aria-invalid'), 'true')
    await page.getByLabel('Name', { exact: true }).fill('Confirm a table')
    await page.getByLabel('What the agent is to do').fill('Ask whether the table is still wanted.')
    await page.getByRole('button', { name: 'Save' }).click()
    const prompt = page.getByRole('listitem').filter({ hasText: 'Confirm a table' })
    await prompt.waitFor()
    await page.getByRole('button', { name: 'Remove Confirm a table' }).click()
    await prompt.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await prompt.waitFor()

    await page.getByRole('link', { name: 'Outgoing agent' }).click()
    await page.getByRole('button', { name: 'Schedule calls with Confirm a table' }).click()
    await page.getByLabel('Numbers to call').fill('+1 415 555 0199\n+1 415')
    await page.getByRole('button', { name: 'Schedule calls', exact: true }).last().click()
    await page.getByText(/^2: .*possible phone number/).waitFor()
    await page.getByLabel('Numbers to call').fill('+1 415 555 0199\n+1 415 555 0198')
    await page.getByRole('dialog').getByRole('button', { name: 'Schedule calls' }).click()
    await page.getByText('2 numbers').waitFor()

    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('link', { name: 'Calling rules' }).click()
    await page.getByLabel('Not before').selectOption('22')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('callFromHour must be before').or(page.getByText('Must be before callUntilHour')).waitFor()
    await page.getByLabel('Not before').selectOption('9')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()

    await page.getByRole('link', { name: 'API keys' }).click()
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('What is it for?').fill('Booking system')
    await page.getByRole('button', { name: 'Make the key' }).click()
    const secret = await page.getByRole('dialog').locator('code').textContent()
    const answer = await fetch(`${gateway.address}/api/auth/me`, { headers: { authorization: `Bearer ${secret}` } })
    t.equal(answer.status, 200, 'the key that is shown opens the API')
    await page.getByRole('button', { name: 'Close' }).click()

    await page.getByRole('link', { name: 'Do not call or text' }).click()
    await page.getByRole('button', { name: 'Do not call: Add a number' }).click()
    await page.getByLabel('Phone number').fill('+14155550177')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('+1 415 555 0177').waitFor()

    await page.getByRole('link', { name: 'Webhooks' }).click()
    await page.getByRole('button', { name: 'New webhook' }).click()
    await page.getByLabel('Address').fill('https://localhost/hook')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Is not on the public internet').waitFor()
    await page.getByLabel('Address').fill('https://hooks.example.com/earshot')
    await page.getByRole('checkbox', { name: 'call.started' }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    t.match(await page.getByRole('dialog').locator('code').textContent(), /^whsec_/)
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByText('call.started, call.ended').waitFor()

    await page.getByRole('link', { name: 'Phone for your site' }).click()
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Our website')
    await page.getByLabel('Sites').fill('https://www.example.com')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/<script src=".*widget.js" data-key="pk_/).waitFor()

    await page.getByRole('link', { name: 'Retention' }).click()
    await page.getByLabel('Tapes, days').fill('30')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').last().waitFor()
    t.match((await (await page.request.get('/api/retention')).json()).retention, { transcriptDays: null, tapeDays: 30 })

    await page.getByRole('link', { name: 'Audit log' }).click()
    await page.getByLabel('What').selectOption('retention')
    await page.getByText('retention · change').waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('sets up what an agent can do, and shows the API\'s complaints at their fields', async (t) => {
    await page.getByRole('link', { name: 'Incoming agent' }).click()
    await page.getByRole('main').getByRole('listitem').getByRole('link').first().click()
    await page.getByRole('switch', { name: 'Record both sides of every call' }).click()
    await page.getByText('All settings').click()
    await page.getByLabel('Speech that silences the agent').fill('9999')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('[name="turnTaking.bargeInMs"][aria-invalid=true]:focus').waitFor()
    await page.getByLabel('Speech that silences the agent').fill('200')
    await page.getByRole('switch', { name: 'Transfer the call' }).click()
    await page.getByLabel('Name', { exact: true }).last().fill('Sales')
    await page.getByRole('textbox', { name: 'Number', exact: true }).fill('+1 202 555 0144')
    await page.getByRole('button', { name: 'Add an HTTP tool' }).click()
    await page.getByLabel('Tool name').fill('find_booking')
    await page.getByLabel('What it does').fill('Finds a booking.')
    await page.getByLabel('Address').fill('https://api.example.com/bookings/{number}')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/\{number\} is not among the properties/i).waitFor()
    await page.getByLabel('Arguments, as JSON Schema').fill('{')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Is no JSON.').waitFor()
    await page.getByLabel('Arguments, as JSON Schema').fill('{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]}')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').last().waitFor()
    const { agents } = await (await page.request.get('/api/agents')).json()
    t.match(agents[0], { recordAudio: true, turnTaking: { bargeInMs: 200 }, tools: [{ type: 'end_call' }, { type: 'transfer_call', destinations: [{ name: 'Sales', number: '+12025550144' }] }, { type: 'http', name: 'find_booking' }] })
    t.strictSame(complaints(), [])
  })

  await t.test('says why a number that is in use stays', async (t) => {
    await page.getByRole('link', { name: 'Phones' }).click()
    await page.getByRole('button', { name: 'Remove +1 202 555 0143' }).click()
    await page.getByText(/still used by the agent/).first().waitFor()
    await page.getByRole('button', { name: 'Remove +1 202 555 0143' }).waitFor()
    t.strictSame(complaints(), [])
  })

  await t.test('shows nothing to another user', async (t) => {
    const { page: other } = await register('bob@example.com')
    await other.getByRole('heading', { name: 'Which number shall be answered?' }).waitFor()
    for (const [view, empty] of [['Call logs', 'No calls yet'], ['Messages', 'No messages yet'], ['Prompts', 'First, a number'], ['Phones', 'No number yet'], ['Incoming agent', 'First, a number'], ['Outgoing agent', 'First, a number'], ['Analytics', 'No calls in this range']] as const) {
      await other.getByRole('link', { name: view }).click()
      await other.getByRole('heading', { name: empty }).waitFor()
    }
    const { calls } = await (await page.request.get('/api/calls')).json()
    await other.goto(`/calls/${calls[0]._id}`)
    await other.getByText('There is no such thing here').waitFor()
    t.equal(calls.length, 1)
  })

  await t.test('speaks Spanish and remembers it', async () => {
    await page.goto('/settings')
    await page.getByLabel('Language').selectOption('es')
    await page.getByRole('heading', { name: 'Ajustes' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Ajustes' }).waitFor()
    await page.getByLabel('Idioma').selectOption('en')
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
  })

  await t.test('has no barrier that axe finds, in any view and either theme', async (t) => {
    const { calls } = await (await page.request.get('/api/calls')).json()
    const views = ['/calls', `/calls/${calls[0]._id}`, '/messages', '/analytics', '/incoming', '/incoming/new', '/outgoing', '/prompts', '/phones', '/setup', '/settings', '/settings/api-keys', '/settings/calling-rules', '/settings/do-not-call', '/settings/webhooks', '/settings/sites', '/settings/retention', '/settings/audit-log', '/nowhere']
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      for (const view of views) {
        await page.goto(view)
        await page.getByRole('main').getByRole('heading').first().waitFor()
        await page.getByRole('status').filter({ hasText: 'Loading' }).waitFor({ state: 'detached' })
        t.strictSame(await violations(page), [], `${view} ${scheme}`)
      }
    }
    t.strictSame(complaints(), [])
  })
})
