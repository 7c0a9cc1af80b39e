import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { test, type Test } from 'tap'
import { EarshotError } from '../../src/errors.ts'
import { TwilioRest } from '../../src/twilio/rest.ts'

const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'hunter2' }
const CALL_SID = `CA${'1'.repeat(32)}`

interface Seen { method: string | undefined, url: string | undefined, authorization: string | undefined, form: Record<string, string> }

/** A stand-in for Twilio's API that answers every request alike and keeps what was asked. */
async function fakeTwilio (t: Test, status: number, body: unknown) {
  const seen: Seen[] = []
  const answer = async (request: IncomingMessage) => {
    const form = Object.fromEntries(new URLSearchParams(await text(request)))
    seen.push({ method: request.method, url: request.url, authorization: request.headers.authorization, form })
  }
  const server = createServer((request, response) => {
    answer(request).then(() => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)), (error: Error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { seen, rest: new TwilioRest(`http://127.0.0.1:${address.port}`) }
}

const failureOf = async (work: Promise<unknown>): Promise<EarshotError> => {
  try {
    await work
  } catch (error) {
    if (error instanceof EarshotError) return error
    throw error
  }
  throw new Error('did not fail')
}

test('a call is completed with the account\'s own credentials, at the configured address', async (t) => {
  const { rest, seen } = await fakeTwilio(t, 200, { sid: CALL_SID, status: 'completed' })
  await rest.completeCall(account, CALL_SID)
  t.same(seen, [{
    method: 'POST',
    url: `/2010-04-01/Accounts/${account.accountSid}/Calls/${CALL_SID}.json`,
    authorization: `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}`,
    form: { Status: 'completed' }
  }])
})

test('a call is redirected', async (t) => {
  const { rest, seen } = await fakeTwilio(t, 200, { sid: CALL_SID })
  t.equal(await rest.redirectCall(account, CALL_SID, 'https://voice.example.org/twilio/resume'), true)
  t.same(seen[0]?.form, { Url: 'https://voice.example.org/twilio/resume' })
})

test('a call that is over already counts as completed', async (t) => {
  const { rest } = await fakeTwilio(t, 404, { code: 20404, message: 'The requested resource was not found', status: 404 })
  await rest.completeCall(account, CALL_SID)
  t.equal(await rest.redirectCall(account, CALL_SID, 'https://voice.example.org/'), false)
})

test('Twilio\'s refusals become errors of ours that tell the code and nothing personal', async (t) => {
  const cases = [
    { status: 400, body: { code: 21220, message: 'Call from +14155550123 is not in-progress' }, code: 'provider_rejected', retryable: false, message: /21220/ },
    { status: 401, body: { code: 20003, message: 'Authenticate' }, code: 'provider_rejected', retryable: false, message: /20003/ },
    { status: 429, body: { code: 20429, message: 'Too Many Requests' }, code: 'provider_rate_limited', retryable: true, message: /too many/ },
    { status: 503, body: { code: 20503, message: 'Unavailable' }, code: 'provider_unavailable', retryable: true, message: /503/ },
    { status: 502, body: '<html>', code: 'provider_unavailable', retryable: true, message: /502/ }
  ] as const
  for (const { status, body, ...expected } of cases) {
    const { rest } = await fakeTwilio(t, status, body)
    const error = await failureOf(rest.completeCall(account, CALL_SID))
    t.match(error, expected, `status ${status}`)
    t.notMatch(error.message, /4155550123|hunter2/)
  }
})

test('nobody there is an error worth another try', async (t) => {
  const error = await failureOf(new TwilioRest('http://127.0.0.1:1').completeCall(account, CALL_SID))
  t.match(error, { code: 'provider_unavailable', retryable: true })
})
