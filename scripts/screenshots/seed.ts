import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashPassword } from '../../src/api/password.ts'
import { decodeMulaw } from '../../src/audio/mulaw.ts'
import { encodeWav } from '../../src/audio/wav.ts'
import { systemClock } from '../../src/clock.ts'
import { fileOf, folderOf } from '../../src/archive/call-files.ts'
import { readCallers } from '../../src/replay/recorded-caller.ts'
import { DEMO_NUMBER, seed, type Seed } from '../../src/replay/seed.ts'
import type { CallRecord, TranscriptTurn } from '../../src/store/calls.ts'
import { createId } from '../../src/store/id.ts'
import type { MessageRecord } from '../../src/store/messages.ts'
import { openDatabase, openStores } from '../../src/store/open.ts'
import { CONVERSATIONS, PROMPTS, SYSTEM_PROMPT, TEXTS } from './conversations.ts'

const DAYS = 30
const DAY_MS = 24 * 3_600_000
const TURN_MS = 4_500
const GUESTS = ['+14155550132', '+12125550187', '+13055550119', '+16175550148', '+442079460018', '+12065550171']

/** The same numbers each time. */
const random = (() => {
  let state = 7
  return (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
})()
const oneOf = <T> (list: readonly T[]): T => list[Math.floor(random() * list.length)]!

export const SIGN_IN = { email: 'reception@seaside.example', password: 'a long password' }

/** A month of a small hotel. @returns what the gateway is opened with, and the calls that are shown */
export const seedHotel = async (dataDir: string): Promise<{ seed: Omit<Seed, 'phoneNumber'>, endedCall: string, liveCall: string }> => {
  const given: Omit<Seed, 'phoneNumber'> = {
    email: SIGN_IN.email,
    passwordHash: await hashPassword(SIGN_IN.password),
    twilioAccountSid: `AC${'0'.repeat(32)}`,
    twilioAuthToken: 'token',
    agent: { name: 'Front desk', greeting: 'Seaside Hotel, good morning! How can I help you?', systemPrompt: SYSTEM_PROMPT, recordAudio: true, recordingNotice: '', language: 'en' }
  }
  const stores = await openStores({ dataDir, clock: systemClock })
  const { user: { _id: userId }, phone, agent } = await seed(stores, { ...given, phoneNumber: DEMO_NUMBER })
  await stores.phones.create(userId, { phoneNumber: '+12025550178', twilioAccountSid: given.twilioAccountSid, twilioAuthToken: 'token', isActive: true })
  await stores.agents.create(userId, { ...agent, name: 'Booking line', phoneNumber: '+12025550178' })
  await stores.agents.create(userId, { ...agent, name: 'Guest calls', direction: 'outgoing' })
  for (const prompt of PROMPTS) {
    const { _id: promptId } = await stores.prompts.create(userId, { ...prompt, phoneNumberId: phone._id })
    await stores.scheduledCalls.create(userId, { callType: 'ai', fromPhoneNumberId: phone._id, toPhoneNumbers: GUESTS.slice(0, 2 + Math.floor(random() * 4)), scheduledDateTime: new Date(systemClock.now() + 2 * DAY_MS), promptId, promptContent: prompt.content })
  }
  await stores.optOuts.create(userId, { phoneNumber: '+13105550165', channel: 'calls', reason: 'Asked not to be called' })
  await stores.close()

  const nowMs = systemClock.now()
  const calls = Array.from({ length: DAYS * 9 }, () => callOf({ userId, agentId: agent._id, startMs: nowMs - random() * DAYS * DAY_MS, conversation: oneOf(CONVERSATIONS) }))
  const shown = callOf({ userId, agentId: agent._id, startMs: nowMs - 12 * 60_000, conversation: CONVERSATIONS[0]! })
  const live = { ...callOf({ userId, agentId: agent._id, startMs: nowMs - 14_000, conversation: CONVERSATIONS[1]!.slice(0, 3) }), status: 'active' as const }
  for (const field of ['end_time', 'duration_seconds', 'end_reason'] as const) delete (live as Partial<CallRecord>)[field]
  const callers = (await readCallers('fixtures/callers')).filter(({ name }) => name.startsWith('demo-'))
  const { part, file } = fileOf('recordings', shown)
  await mkdir(folderOf(dataDir, 'recordings'), { recursive: true })
  await writeFile(join(folderOf(dataDir, 'recordings'), file), encodeWav(decodeMulaw(Buffer.concat(callers.map(({ audio }) => audio))), { sampleRateHz: 8000, channels: 1 }))

  const database = await openDatabase({ dataDir })
  const callCollection = await database.collection<CallRecord>('calls', [])
  for (const call of [...calls, { ...shown, recordings: [{ part, file, started_at: shown.start_time }] }, live]) await callCollection.insertOne(call)
  const messages = await database.collection<MessageRecord>('messages', [])
  for (const [g, guest] of GUESTS.entries()) {
    for (const [n, body] of TEXTS.slice(0, 4 - g % 3).entries()) {
      const at = new Date(nowMs - g * 5 * 3_600_000 - (TEXTS.length - n) * 60_000)
      const incoming = n % 2 === 0
      await messages.insertOne({
        _id: createId(at.getTime()),
        userId,
        messageSid: `SM${g}${n}`,
        fromNumber: incoming ? guest : DEMO_NUMBER,
        toNumber: incoming ? DEMO_NUMBER : guest,
        body,
        direction: incoming ? 'incoming' : 'outgoing',
        status: incoming ? 'received' : 'delivered',
        created_at: at,
        updated_at: at
      })
    }
  }
  await database.close()
  return { seed: given, endedCall: shown._id, liveCall: live._id }
}

const callOf = ({ userId, agentId, startMs, conversation }: { userId: string, agentId: string, startMs: number, conversation: readonly string[] }): CallRecord => {
  const start = new Date(startMs)
  const transcript = conversation.map((text, n): TranscriptTurn => {
    const sttMs = 260 + random() * 160
    const firstClauseMs = sttMs + 240 + random() * 300
    const ttsFirstByteMs = firstClauseMs + 120 + random() * 120
    return {
      role: n % 2 === 0 ? 'assistant' : 'user',
      text,
      timestamp: new Date(startMs + 1_200 + n * TURN_MS),
      ...(n > 0 && n % 2 === 0 ? { latency: Object.fromEntries(Object.entries({ sttMs, firstClauseMs, ttsFirstByteMs, firstFrameMs: ttsFirstByteMs + 8 }).map(([name, ms]) => [name, Math.round(ms)])) } : {})
    }
  })
  const seconds = 3 + conversation.length * TURN_MS / 1000
  const end = new Date(startMs + seconds * 1000)
  return {
    _id: createId(startMs),
    userId,
    call_sid: `CA${Math.floor(random() * 1e15)}${Math.floor(startMs)}`,
    session_id: '',
    from_number: oneOf(GUESTS),
    to_number: DEMO_NUMBER,
    agent_id: agentId,
    status: 'completed',
    direction: 'incoming',
    start_time: start,
    end_time: end,
    duration_seconds: seconds,
    end_reason: oneOf(['caller_hung_up', 'caller_hung_up', 'agent_ended', 'transferred']),
    transcript,
    turn_count: transcript.length,
    interruptions: Math.floor(random() * 2),
    reply_times_ms: transcript.flatMap(({ latency }) => latency?.['firstFrameMs'] === undefined ? [] : [Math.round(latency['firstFrameMs'] / 10) * 10]),
    usage: [
      { stage: 'stt', provider: 'api.openai.com', model: 'whisper-1', requests: 4, audioSeconds: 18 },
      { stage: 'llm', provider: 'api.openai.com', model: 'gpt-4o-mini', requests: 4, inputTokens: 1_900, outputTokens: 120 },
      { stage: 'tts', provider: 'api.openai.com', model: 'gpt-4o-mini-tts', requests: 5, characters: 340 }
    ],
    created_at: start,
    updated_at: end
  }
}
