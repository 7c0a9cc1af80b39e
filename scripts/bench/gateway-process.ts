import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/free-port.ts'
import { DEMO_NUMBER } from '../../src/replay/seed.ts'
import type { Target } from './callers.ts'
import { pinned } from './pinned.ts'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const START_WITHIN_MS = 20_000

/** What the gateway tells of itself at /metrics. Times of the event loop are since the last reading. */
export interface Vitals {
  cpuSeconds: number
  residentBytes: number
  heapBytes: number
  externalBytes: number
  loopDelayP99Ms: number
  loopDelayMaxMs: number
}

export type StageTimes = Record<string, number[]>

export interface GatewayProcess {
  target: Target
  vitals (): Promise<Vitals>
  /** The latencies of all answers since then, by stage, as the calls' transcripts have them: milliseconds from the end of the caller's speech. */
  stages (since: Date): Promise<StageTimes>
  /** Ends it as Docker would, and waits. */
  stop (): Promise<void>
}

/**
 * Starts the built gateway as in production: `dist/main.js`, embedded database, Silero in its thread, providers over HTTP. One user, one phone, one agent,
 * made over the API.
 * @param cpu the core it may use, if it can be held to one
 * @param nodeFlags such as --cpu-prof
 */
export async function startGateway (folder: string, providersPort: number, cpu: number | undefined, nodeFlags: string[]): Promise<GatewayProcess> {
  const port = await freePort(0)
  const publicUrl = `http://127.0.0.1:${port}`
  const providersUrl = `http://127.0.0.1:${providersPort}/v1`
  const metricsKey = randomBytes(16).toString('hex')
  const log = openSync(join(folder, 'gateway.log'), 'a')
  const [command, ...args] = pinned(cpu, [process.execPath, ...nodeFlags, MAIN])
  const child = spawn(command!, args, {
    stdio: ['ignore', log, log],
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      DATA_DIR: join(folder, 'data'),
      // What a process carries is measured, not where it begins to refuse.
      MAX_CALLS: '100000',
      MAX_LOOP_DELAY_MS: '0',
      DRAIN_MS: '0',
      METRICS_KEY: metricsKey,
      // Nobody is at this port: no call of the bench is ended over Twilio's API.
      TWILIO_API_URL: 'http://127.0.0.1:9',
      STT_BASE_URL: providersUrl,
      LLM_BASE_URL: providersUrl,
      TTS_BASE_URL: providersUrl
    }
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  try {
    await listening(child, publicUrl)
    const { target, cookie } = await furnish(publicUrl)
    return { target, stop, stages: async (since) => await stagesOf(publicUrl, cookie, since), vitals: async () => vitalsIn(await textOf(`${publicUrl}/metrics`, { headers: { authorization: `Bearer ${metricsKey}` } })) }
  } catch (error) {
    await stop()
    throw error
  }
}

async function listening (child: ChildProcess, publicUrl: string): Promise<void> {
  for (const startMs = performance.now(); performance.now() - startMs < START_WITHIN_MS && child.exitCode === null;) {
    if ((await fetch(`${publicUrl}/ready`).catch(() => undefined))?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('The gateway did not start; see gateway.log. Was it built ("npm run build")?')
}

/** Makes what a call needs, as its owner would. */
async function furnish (publicUrl: string): Promise<{ target: Target, cookie: string }> {
  const target = { publicUrl, accountSid: `AC${randomBytes(16).toString('hex')}`, authToken: randomBytes(16).toString('hex'), to: DEMO_NUMBER }
  const registered = await fetch(`${publicUrl}/api/auth/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'owner@example.com', password: randomBytes(16).toString('hex') }) })
  const cookie = registered.headers.getSetCookie().map((header) => header.split(';', 1)[0]).join('; ')
  const post = async (path: string, body: object) => await textOf(`${publicUrl}/api/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', cookie }, body: JSON.stringify(body) })
  await post('phones', { phoneNumber: target.to, twilioAccountSid: target.accountSid, twilioAuthToken: target.authToken })
  await post('agents', { name: 'Bench', phoneNumber: target.to, systemPrompt: 'You are a friendly receptionist on the telephone. Answer in one or two short sentences.', greeting: 'Hello, how can I help you?', language: 'en' })
  return { target, cookie }
}

interface CallPage { calls: Array<{ transcript: Array<{ timestamp: string, latency?: Record<string, number> }> }>, nextCursor?: string }

async function stagesOf (publicUrl: string, cookie: string, since: Date): Promise<StageTimes> {
  const stages: StageTimes = {}
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = JSON.parse(await textOf(`${publicUrl}/api/calls?limit=100${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`, { headers: { cookie } })) as CallPage
    for (const { timestamp, latency = {} } of page.calls.flatMap(({ transcript }) => transcript)) {
      if (new Date(timestamp) < since) continue
      for (const [stage, ms] of Object.entries(latency)) (stages[stage] ??= []).push(ms)
    }
    cursor = page.nextCursor
  }
  return stages
}

async function textOf (url: string, init: RequestInit): Promise<string> {
  const answer = await fetch(url, init)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${new URL(url).pathname} answered ${answer.status}: ${text}`)
  return text
}

function vitalsIn (metrics: string): Vitals {
  const value = (name: string): number => Number(new RegExp(`^earshot_${name} (\\S+)$`, 'm').exec(metrics)?.[1] ?? NaN)
  return {
    cpuSeconds: value('process_cpu_seconds_total'),
    residentBytes: value('process_resident_memory_bytes'),
    heapBytes: value('nodejs_heap_size_used_bytes'),
    externalBytes: value('nodejs_external_memory_bytes'),
    loopDelayP99Ms: value('nodejs_eventloop_lag_p99_seconds') * 1000,
    loopDelayMaxMs: value('nodejs_eventloop_lag_max_seconds') * 1000
  }
}
