import type { Test } from 'tap'
import { stockPhrases } from '../../src/call/stock-phrases.ts'
import { systemClock } from '../../src/clock.ts'
import { detour } from '../../src/replay/detour.ts'
import { TwilioPhone } from '../../src/replay/twilio-phone.ts'
import { callers } from './build.ts'
import { folder } from './folder.ts'
import type { Answer } from './openai-server.ts'
import { asOwner, PUBLIC_URL, startServer } from './server-process.ts'
import { startSimulatedOpenAi } from './simulated-openai.ts'
import { until } from './until.ts'

const ACCOUNT_SID = `AC${'1'.repeat(32)}`
const AUTH_TOKEN = 'f'.repeat(32)
/** What is understood of whatever callers say. */
const HEARD = 'Hello, something is terribly wrong.'
export const TURN = [`user: ${HEARD}`, `assistant: You said: ${HEARD}`]
const { oneMoment } = stockPhrases('en')
/** What callers say. */
export const WORDS = callers.find(({ name }) => name === 'demo-1')?.audio ?? new Uint8Array()
/** On a machine that is too slow everything takes longer, and nothing else changes. */
export const PATIENCE_MS = 120_000

export interface CallView { _id: string, call_sid: string, status: string, end_reason?: string, transcript: Array<{ role: string, text: string, interrupted?: boolean }> }

/** The caller was heard and answered. A machine that stops for a second in the middle of a sentence may hear it as two turns. */
export const isAnswered = (lines: string[]): boolean => lines.includes(`user: ${HEARD}`) && lines.at(-1)?.startsWith('assistant: You said: ') === true

/** What was said; with a machine that is slow, or an answer that takes long, "One moment, please." stands before it. */
export const linesOf = (transcript: CallView['transcript'] = []): string[] => transcript.map(({ role, text, interrupted }) => `${role}: ${text.replace(`${oneMoment} `, '')}${interrupted === true ? ' (interrupted)' : ''}`)

interface WorldOptions {
  env?: Record<string, string>
  under?: string[]
  fault?: (model: string, text: string) => Answer | undefined
}

/** A gateway as its own process with an owner, phones that call its numbers, and providers of its own. */
export async function startWorld (t: Test, { env, under, fault }: WorldOptions = {}) {
  const providers = await startSimulatedOpenAi(t, () => HEARD, fault)
  const settings = { DATA_DIR: folder(t), METRICS_KEY: 'metrics', MAX_LOOP_DELAY_MS: '0', VAD: 'energy', OPENAI_API_KEY: 'unused', STT_BASE_URL: providers, LLM_BASE_URL: providers, TTS_BASE_URL: providers, TWILIO_API_URL: 'http://127.0.0.1:1', ...env }
  const server = await startServer(t, settings, under)
  const owner = await asOwner(server.address)
  const addAgent = async (phoneNumber: string, agent: object = {}): Promise<void> => {
    t.match(await owner.send('POST', '/api/phones', { phoneNumber, twilioAccountSid: ACCOUNT_SID, twilioAuthToken: AUTH_TOKEN }), { success: true })
    t.match(await owner.send('POST', '/api/agents', { name: 'Reception', phoneNumber, systemPrompt: 'Be brief.', greeting: 'Hello there.', turnTaking: { idleMs: 0 }, ...agent }), { success: true })
  }
  const phone = (to: string): TwilioPhone => new TwilioPhone({ clock: systemClock, ...detour(PUBLIC_URL, server.address), voiceUrl: `${PUBLIC_URL}/twilio/voice`, from: '+14155550199', to, accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, record: false })
  /** Waits until what is stored of every one of these phones' calls is `enough`. */
  const stored = async (what: string, of: TwilioPhone[], enough: (lines: string[], call: CallView, phone: TwilioPhone) => boolean): Promise<void> => {
    let missing = ''
    await until(what, PATIENCE_MS, async () => {
      const { calls } = await owner.send('GET', '/api/calls?limit=100') as unknown as { calls: CallView[] }
      const bySid = new Map(calls.map((call) => [call.call_sid, call]))
      const lacking = of.find((phone) => {
        const call = bySid.get(phone.callSid)
        return call === undefined || !enough(linesOf(call.transcript), call, phone)
      })
      missing = linesOf(bySid.get(lacking?.callSid ?? '')?.transcript).join(' / ')
      return lacking === undefined || undefined
    }).catch((cause: unknown) => { throw new Error(`${what}: ${missing}`, { cause }) })
  }
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${server.address}/metrics`, { headers: { authorization: 'Bearer metrics' } })).text()
    return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1] ?? 0)
  }
  return { server, settings, owner, addAgent, phone, stored, metric }
}
