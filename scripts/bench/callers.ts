/** The load generator's process: makes calls, holds them, and tells what the callers noticed. Its parent commands it. */
import { makeSid } from '../../src/replay/twilio-phone.ts'
import { sign } from '../../src/replay/sign.ts'
import { fetchPost, requestTwiml } from '../../src/replay/webhook.ts'
import { BenchCall } from './bench-call.ts'
import { readUtterances } from './caller-audio.ts'
import { FrameSocket } from './frame-socket.ts'
import { newTally, type Tally } from './tally.ts'

export interface Target { publicUrl: string, accountSid: string, authToken: string, to: string }
export type ToCallers = { type: 'add', calls: number, perSecond: number, target: Target } | { type: 'measure' } | { type: 'tell' }
export type FromCallers = { type: 'added' } | { type: 'measuring' } | { type: 'tally', tally: Tally, cpuMs: number } | { type: 'failed', message: string }

/** Finer than a frame, so that frames leave on time; coarse enough to cost little. */
const TICK_MS = 3

const utterances = await readUtterances()
const calls = new Set<BenchCall>()
let tally = newTally()
let made = 0

const now = (): number => performance.now()
const tell = (message: FromCallers): void => { process.send?.(message) }
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function add (count: number, perSecond: number, target: Target): Promise<void> {
  const startMs = now()
  for (let i = 0; i < count; i++) {
    await wait(Math.max(0, startMs + i / perSecond * 1000 - now()))
    await call(made++, target)
  }
}

async function call (index: number, { publicUrl, accountSid, authToken, to }: Target): Promise<void> {
  const callSid = makeSid('CA')
  const streamSid = makeSid('MZ')
  const from = `+1202555${String(index % 10_000).padStart(4, '0')}`
  const verbs = await requestTwiml(fetchPost, `${publicUrl}/twilio/voice`, authToken, { AccountSid: accountSid, CallSid: callSid, CallStatus: 'ringing', Direction: 'inbound', From: from, To: to })
  const stream = verbs[0]?.children[0]
  if (stream?.name !== 'Stream') throw new Error(`The gateway did not take the call but answered ${verbs.map(({ name }) => name).join(', ')}.`)
  const url = stream.attributes['url'] ?? ''
  const token = stream.children.find(({ attributes }) => attributes['name'] === 'token')?.attributes['value']
  const socket = await FrameSocket.open(url, { 'x-twilio-signature': sign(authToken, url) })
  socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}')
  const benchCall = new BenchCall(index, streamSid, utterances, tally, now(), (json) => socket.send(json))
  socket.onText = (text) => benchCall.receive(text, now())
  socket.onClose = () => {
    tally.lost++
    calls.delete(benchCall)
  }
  socket.send(JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    start: { accountSid, streamSid, callSid, tracks: ['inbound'], mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 }, customParameters: { token } },
    streamSid
  }))
  calls.add(benchCall)
}

function tick (dueMs: number): void {
  const nowMs = now()
  tally.latestTickMs = Math.max(tally.latestTickMs, nowMs - dueMs)
  for (const benchCall of calls) benchCall.tick(nowMs)
  const nextMs = now() + TICK_MS
  setTimeout(() => tick(nextMs), TICK_MS)
}

process.on('message', (command: ToCallers) => {
  switch (command.type) {
    case 'add':
      add(command.calls, command.perSecond, command.target).then(() => tell({ type: 'added' }), (error: unknown) => tell({ type: 'failed', message: String(error) }))
      return
    case 'measure':
      tally = newTally()
      for (const benchCall of calls) benchCall.tellTo(tally)
      return tell({ type: 'measuring' })
    case 'tell': {
      const { user, system } = process.cpuUsage()
      tell({ type: 'tally', tally, cpuMs: (user + system) / 1000 })
    }
  }
})
process.on('disconnect', () => process.exit())
tick(now())
