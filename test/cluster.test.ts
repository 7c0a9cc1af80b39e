import { join } from 'node:path'
import { test, type Test } from 'tap'
import { stockPhrases } from '../src/call/stock-phrases.ts'
import { systemClock } from '../src/clock.ts'
import { detour } from '../src/replay/detour.ts'
import { sleep } from '../src/replay/sleep.ts'
import { FakeTwilioAccount } from '../src/replay/twilio-account.ts'
import { buildTwilioApi } from '../src/replay/twilio-api.ts'
import { TwilioPhone } from '../src/replay/twilio-phone.ts'
import { openStores } from '../src/store/open.ts'
import { startBalancer } from './support/balancer.ts'
import { callers } from './support/build.ts'
import { freshMongodbUrl, MONGODB_URL, TEST_KEY } from './support/engines.ts'
import { folder } from './support/folder.ts'
import { asOwner, PUBLIC_URL, startServer, type ServerProcess } from './support/server-process.ts'
import { startSimulatedOpenAi } from './support/simulated-openai.ts'

/** Three processes, their calls and the callers in real time want a machine to themselves: beside other tests a call may be heard too late to be answered. */
const SKIP = MONGODB_URL === undefined ? 'MONGODB_URL is not set' : process.env['CLUSTER_TEST'] === undefined && 'CLUSTER_TEST is not set: this one runs alone'

const NUMBER = '+14155550100'
const ACCOUNT_SID = `AC${'1'.repeat(32)}`
const AUTH_TOKEN = 'f'.repeat(32)
const HEARD = 'Hello, something is terribly wrong.'
const TALK = ['assistant: Hello there.', `user: ${HEARD}`, `assistant: You said: ${HEARD}`]
const { cutOff } = stockPhrases('en')

interface CallView { _id: string, call_sid: string, status: string, end_reason?: string, resume_count?: number, transcript: Array<{ role: string, text: string }> }

/** Waits until `look` finds it, and says what was not found. The machine may be slow; the test's own limit ends the wait. */
async function until<T> (what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const endMs = performance.now() + 60_000; performance.now() < endMs;) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(systemClock, 100)
  }
  throw new Error(`Not seen in a minute: ${what}`)
}

/** Three processes on one database behind a balancer, a Twilio with one account, and an owner with a number and an agent. */
async function startCluster (t: Test, mongodbUrl: string) {
  const providers = await startSimulatedOpenAi(t, () => HEARD)
  const phones = new Map<string, TwilioPhone>()
  const account = new FakeTwilioAccount(systemClock)
  const twilio = await buildTwilioApi(AUTH_TOKEN, (callSid) => phones.get(callSid), account)
  t.teardown(() => twilio.close())
  const env = {
    TWILIO_API_URL: await twilio.listen({ host: '127.0.0.1', port: 0 }),
    MONGODB_URL: mongodbUrl,
    ENCRYPTION_KEY: TEST_KEY,
    METRICS_KEY: 'metrics',
    DRAIN_MS: '2000',
    // Other tests may be keeping the machine busy.
    MAX_LOOP_DELAY_MS: '0',
    TRUSTED_PROXIES: '1',
    VAD: 'energy',
    OPENAI_API_KEY: 'unused',
    STT_BASE_URL: providers,
    LLM_BASE_URL: providers,
    TTS_BASE_URL: providers
  }
  const dir = folder(t)
  const servers = await Promise.all(['one', 'two', 'three'].map(async (name) => await startServer(t, { ...env, DATA_DIR: join(dir, name) })))
  const balancer = await startBalancer(t, servers.map(({ address }) => address))
  const owner = await asOwner(balancer)
  const make = async (path: string, one: string, body: object): Promise<string> => {
    const answer = await owner.send('POST', path, body)
    t.match(answer, { success: true })
    return (answer[one] as { _id: string })._id
  }
  const phoneId = await make('/api/phones', 'phone', { phoneNumber: NUMBER, twilioAccountSid: ACCOUNT_SID, twilioAuthToken: AUTH_TOKEN })
  await make('/api/agents', 'agent', { name: 'Reception', phoneNumber: NUMBER, systemPrompt: 'Be brief.', greeting: 'Hello there.', turnTaking: { idleMs: 60_000 } })
  const call = (n: number): TwilioPhone => {
    const phone = new TwilioPhone({ clock: systemClock, ...detour(PUBLIC_URL, balancer), voiceUrl: `${PUBLIC_URL}/twilio/voice`, from: `+1415555019${n}`, to: NUMBER, accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN })
    phones.set(phone.callSid, phone)
    phone.call().catch(() => {})
    t.teardown(() => phone.hangUp())
    return phone
  }
  /** The calls as a process tells them, by sid. */
  const calls = async (address = balancer) => {
    const { calls } = await owner.send('GET', '/api/calls?limit=100', undefined, address) as unknown as { calls: CallView[] }
    return new Map(calls.map((one) => [one.call_sid, one]))
  }
  const carried = async ({ address }: ServerProcess): Promise<number> => {
    const text = await (await fetch(`${address}/metrics`, { headers: { authorization: 'Bearer metrics' } })).text()
    return Number(/^earshot_calls_live (\d+)$/m.exec(text)?.[1])
  }
  /** Waits until the conversations of these phones are at least this long. */
  const said = async (of: TwilioPhone[], turns: number) => await until(`${turns} turns of every call`, async () => {
    const all = await calls()
    return of.every(({ callSid }) => (all.get(callSid)?.transcript.length ?? 0) >= turns) ? all : undefined
  })
  return { servers, owner, account, phoneId, make, call, calls, carried, said }
}

/** Everything that a process's event stream has told so far. */
async function watch (t: Test, address: string, authorization: string): Promise<() => string> {
  let text = ''
  const ending = new AbortController()
  t.teardown(() => ending.abort())
  const { body } = await fetch(`${address}/api/calls/events`, { headers: { authorization }, signal: ending.signal })
  const reading = async () => { for await (const chunk of body ?? []) text += Buffer.from(chunk).toString() }
  reading().catch(() => {})
  return () => text
}

const lines = (call: CallView | undefined) => (call?.transcript ?? []).filter(({ role }) => role !== 'system').map(({ role, text }) => `${role}: ${text}`)

test('three processes on one database: every call is seen and reached from each of them, and outlives its process', { skip: SKIP }, async (t) => {
  const mongodbUrl = freshMongodbUrl(String(MONGODB_URL))
  const { servers, owner, account, phoneId, make, call, calls, carried, said } = await startCluster(t, mongodbUrl)
  const streams = await Promise.all(servers.map(async ({ address }) => await watch(t, address, owner.authorization)))
  const words = callers.find(({ name }) => name === 'demo-1')?.audio ?? new Uint8Array()

  // Calls spread over the processes. Webhook and stream of one call may be different ones' work.
  const phones = Array.from({ length: 9 }, (_, n) => call(n))
  await said(phones, 1)
  const spread = await Promise.all(servers.map(carried))
  t.equal(spread.reduce((sum, n) => sum + n), 9, `calls on each process: ${spread.join(', ')}`)
  t.ok(spread.every((n) => n > 0))
  const talking = phones.map(async (phone) => await phone.speak(words))

  // A schedule is dialled once per number, whichever process gets to it.
  await owner.send('PATCH', '/api/calling-rules', { callFromHour: 0, callUntilHour: 24 })
  const promptId = await make('/api/prompts', 'prompt', { name: 'Reminder', content: 'Remind them.', phoneNumberId: phoneId })
  const toPhoneNumbers = ['+14155550301', '+14155550302', '+14155550303', '+14155550304']
  await make('/api/scheduled-calls', 'scheduledCall', { callType: 'ai', fromPhoneNumberId: phoneId, toPhoneNumbers, scheduledDateTime: new Date().toISOString(), promptId })

  await Promise.all(talking)
  const all = await said(phones, 3)
  for (const { callSid } of phones) t.same(lines(all.get(callSid)), TALK)
  for (const [i, { address }] of servers.entries()) {
    t.same([...(await calls(address)).keys()].filter((sid) => phones.some(({ callSid }) => callSid === sid)).length, 9, `process ${i} lists them all`)
    await until(`all calls in the events of process ${i}`, () => phones.every(({ callSid }) => streams[i]?.().includes(callSid)) || undefined)
  }

  // A command reaches the process that carries the call, wherever it is given.
  const [whispered, ended] = phones as [TwilioPhone, TwilioPhone]
  const idOf = ({ callSid }: TwilioPhone) => String(all.get(callSid)?._id)
  for (const [i, { address }] of servers.entries()) t.match(await owner.send('POST', `/api/calls/${idOf(whispered)}/whisper`, { text: `Note ${i}.` }, address), { success: true }, `told process ${i}`)
  const notes = (await said([whispered], 6)).get(whispered.callSid)?.transcript.filter(({ role }) => role === 'system').map(({ text }) => text)
  t.same(notes, ['Note 0.', 'Note 1.', 'Note 2.'])
  t.match(await owner.send('POST', `/api/calls/${idOf(ended)}/end`, undefined, servers[0]?.address), { success: true })
  t.match(ended.events.at(-1), { type: 'ended', by: 'gateway' })

  t.same((await until('every scheduled number called', () => account.calls.length >= toPhoneNumbers.length ? account.calls : undefined)).map(({ to }) => to).sort(), toPhoneNumbers)

  // One process dies with its calls. They go on elsewhere, with all that was said; of one the caller is gone too, and nobody is left to tell.
  const [dead, ...living] = servers as [ServerProcess, ...ServerProcess[]]
  const streaming = phones.filter(({ ended }) => !ended)
  // The call that was just ended is counted until its record is complete.
  const before = await until('only calls that go on', async () => {
    const counts = await Promise.all(servers.map(carried))
    return counts.reduce((sum, n) => sum + n) === streaming.length ? counts : undefined
  })
  const closed = new Set<TwilioPhone>()
  let orphan: TwilioPhone | undefined
  for (const phone of streaming) {
    phone.on(({ type }) => {
      if (type !== 'stream_closed' || phone.ended) return
      closed.add(phone)
      if (orphan !== undefined) return
      orphan = phone
      phone.hangUp()
    })
  }
  dead.child.kill('SIGKILL')
  await until('the streams of the dead process closed', () => closed.size === before[0] || undefined)
  const moved = [...closed].filter((phone) => phone !== orphan)
  t.ok(moved.length > 0, `${moved.length} calls moved`)
  const resumed = await until('every call taken up again', async () => {
    const all = await calls(living[0]?.address)
    return moved.every(({ callSid }) => lines(all.get(callSid)).at(-1) === `assistant: ${cutOff}`) ? all : undefined
  })
  for (const { callSid } of moved) {
    t.same(lines(resumed.get(callSid)), [...TALK, `assistant: ${cutOff}`], 'nothing that was stored is lost')
    t.match(resumed.get(callSid), { status: 'active' })
  }
  t.ok(await until('the living carry them all', async () => (await Promise.all(living.map(carried))).reduce((sum, n) => sum + n) === streaming.length - 1 || undefined))
  await Promise.all(moved.map(async (phone) => await phone.speak(words)))
  const after = await said(moved, 6)
  for (const { callSid } of moved) t.same(lines(after.get(callSid)), [...TALK, `assistant: ${cutOff}`, ...TALK.slice(1)], 'the conversation goes on')

  // The record of the call that ended with its process is closed by a living one; not in the five minutes that are usual.
  const stores = await openStores({ mongodbUrl, dataDir: '', encryptionKey: TEST_KEY, clock: systemClock })
  t.teardown(() => stores.close())
  const orphanSid = orphan?.callSid ?? ''
  t.match(await stores.calls.findBySid(orphanSid), { status: 'active' })
  await stores.calls.checkAt(orphanSid, new Date())
  const reaped = await until('the orphaned record closed', async () => {
    const record = await stores.calls.findBySid(orphanSid)
    return record?.status === 'completed' ? record : undefined
  })
  t.match(reaped, { end_reason: 'twilio_completed' })
  t.same(account.calls.length, toPhoneNumbers.length, 'no number was called twice')

  // One of the two that are left ends as it should, and its calls move to the other.
  const [leaving, last] = living as [ServerProcess, ServerProcess]
  const talkingOn = phones.filter(({ ended }) => !ended)
  leaving.child.kill('SIGTERM')
  await until('not ready', async () => (await fetch(`${leaving.address}/ready`)).status === 503 || undefined)
  t.equal(await leaving.ended, 0, 'ended by itself')
  await until('every call with a stream again', () => talkingOn.every(({ streaming, ended }) => streaming || ended) || undefined)
  t.same(talkingOn.flatMap(({ events }) => events.filter(({ type }) => type === 'ended')), [], 'no call was cut')
  await until('the last process carries them all', async () => await carried(last) === talkingOn.length || undefined)

  for (const phone of phones) phone.hangUp()
  await until('no live call left', async () => await carried(last) === 0 || undefined)
})
