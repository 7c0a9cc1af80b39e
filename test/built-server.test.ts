import { test, type Test } from 'tap'
import { systemClock } from '../src/clock.ts'
import { runCaller } from '../src/replay/caller.ts'
import { detour } from '../src/replay/detour.ts'
import { sleep } from '../src/sleep.ts'
import { TwilioPhone } from '../src/replay/twilio-phone.ts'
import { freshMongodbUrl, MONGODB_URL } from './support/engines.ts'
import { say } from './support/build.ts'
import { folder } from './support/folder.ts'
import { inRealTime } from './support/in-real-time.ts'
import { asOwner, PUBLIC_URL, startServer } from './support/server-process.ts'
import { startSimulatedOpenAi } from './support/simulated-openai.ts'

const NUMBER = '+14155550100'
const CALLER = '+14155550199'
const ACCOUNT_SID = `AC${'1'.repeat(32)}`
const AUTH_TOKEN = 'f'.repeat(32)

interface CallView { call_sid: string, status: string, transcript: Array<{ role: string, text: string, timestamp: string }> }

async function callIn (t: Test, env: Record<string, string>): Promise<void> {
  const baseUrl = await startSimulatedOpenAi(t, () => 'Hello, something is terribly wrong.')
  // Other tests may be keeping the machine busy, which is no reason to refuse this call.
  const { address } = await startServer(t, { DATA_DIR: folder(t), MAX_LOOP_DELAY_MS: '0', OPENAI_API_KEY: 'unused', STT_BASE_URL: baseUrl, LLM_BASE_URL: baseUrl, TTS_BASE_URL: baseUrl, ...env })
  const { send: owner } = await asOwner(address)
  t.match(await owner('POST', '/api/phones', { phoneNumber: NUMBER, twilioAccountSid: ACCOUNT_SID, twilioAuthToken: AUTH_TOKEN }), { success: true })
  t.match(await owner('POST', '/api/agents', { name: 'Reception', phoneNumber: NUMBER, systemPrompt: 'Be brief.', greeting: 'Hello there.' }), { success: true })

  const callOnce = async () => {
    const phone = new TwilioPhone({ clock: systemClock, ...detour(PUBLIC_URL, address), voiceUrl: `${PUBLIC_URL}/twilio/voice`, from: CALLER, to: NUMBER, accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN })
    const report = await runCaller(systemClock, phone, [{ do: 'listen' }, say('demo-1'), { do: 'listen' }])
    const look = async () => (await owner('GET', '/api/calls') as unknown as { calls: CallView[] }).calls.find(({ call_sid: callSid, status }) => callSid === phone.callSid && status === 'completed')
    let whole = await look()
    for (; whole === undefined; whole = await look()) await sleep(systemClock, 50)
    return { phone, report, whole, talk: whole.transcript.map(({ role, text }) => `${role}: ${text}`) }
  }
  const { phone, report, whole, talk } = await inRealTime(callOnce, ({ report, talk }) => report.gaps.length === 0 && talk.length === 3)
  t.equal(report.endedBy, 'caller')
  t.same(report.gaps, [], 'no gap in the agent\'s voice')
  t.same(talk, [
    'assistant: Hello there.',
    'user: Hello, something is terribly wrong.',
    'assistant: You said: Hello, something is terribly wrong.'
  ])
  const times = whole.transcript.map(({ timestamp }) => Date.parse(timestamp))
  t.same(times, [...times].sort((a, b) => a - b), 'in order of time')
  t.match(whole, { call_sid: phone.callSid, from_number: CALLER, to_number: NUMBER, status: 'completed', end_reason: 'caller_hung_up' })
}

test('a call to the built server in real time is heard, answered and stored (embedded)', async (t) => {
  await callIn(t, {})
})

test('a call to the built server in real time is heard, answered and stored (mongodb)', { skip: MONGODB_URL === undefined && 'MONGODB_URL is not set' }, async (t) => {
  await callIn(t, { MONGODB_URL: freshMongodbUrl(String(MONGODB_URL)), ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') })
})
