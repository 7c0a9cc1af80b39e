import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import tap, { test } from 'tap'
import { stockPhrases } from '../src/call/stock-phrases.ts'
import { systemClock } from '../src/clock.ts'
import { sleep } from '../src/sleep.ts'
import { inRealTime } from './support/in-real-time.ts'
import { bytes, events, hang, refusal, type Answer } from './support/openai-server.ts'
import { until } from './support/until.ts'
import { isAnswered, linesOf, PATIENCE_MS, startWorld, TURN, WORDS, type CallView } from './support/world.ts'

// Faults of the world around a gateway that runs as its own process, in real time: they wait most of that, so they wait together.
tap.jobs = 3
tap.setTimeout(5 * PATIENCE_MS)

const { apology, misheard } = stockPhrases('en')

const samples = (count: number): Uint8Array => new Uint8Array(count * 2).fill(1)

/** What each stage gets in place of an answer, by the agent's model; and what the caller hears of it. */
const FAULTS: Record<'stt' | 'llm' | 'tts', { heard: string, answers: Record<string, Answer> }> = {
  stt: {
    heard: misheard,
    answers: {
      limited: refusal(429, {}, { 'retry-after': '0' }),
      broken: refusal(500),
      silent: hang(),
      half: bytes('application/json', [Buffer.from('{"text":"Hel')], 'cut'),
      garbage: bytes('application/json', [Buffer.from('<html>Bad gateway</html>')])
    }
  },
  llm: {
    heard: apology,
    answers: {
      limited: refusal(429, {}, { 'retry-after': '0' }),
      broken: refusal(500),
      silent: hang(),
      half: events([{ choices: [{ index: 0, delta: { content: 'You' } }] }], 'cut'),
      garbage: events(['<html>Bad gateway</html>'])
    }
  },
  tts: {
    heard: apology,
    answers: {
      limited: refusal(429, {}, { 'retry-after': '0' }),
      broken: refusal(500),
      silent: hang(),
      half: bytes('audio/pcm', [samples(1)], 'cut'),
      otherType: bytes('audio/mpeg', [samples(24_000)]),
      garbage: bytes('text/html', [Buffer.from('<html>Bad gateway</html>')])
    }
  }
}

test('providers that refuse, break, keep silent, break off, answer garbage or a wrong type of audio: the caller hears a sentence and the call goes on; no other call notices', async (t) => {
  const { addAgent, phone, owner, stored } = await startWorld(t, {
    env: { STT_TIMEOUT_MS: '5000', LLM_TIMEOUT_MS: '5000', TTS_TIMEOUT_MS: '5000' },
    fault: (model, text) => {
      const [stage, fault = ''] = model.split('-')
      // Of the voice only answers fail: sentences of the agent's own are there from before.
      if ((stage !== 'stt' && stage !== 'llm' && stage !== 'tts') || (stage === 'tts' && !text.startsWith('You said'))) return undefined
      return FAULTS[stage].answers[fault]
    }
  })
  const cases = Object.entries(FAULTS).flatMap(([stage, { heard, answers }]) => Object.keys(answers).map((fault) => ({ stage, fault, heard: ['assistant: Hello there.', TURN[0], `assistant: ${heard}`] })))
  const field = { stt: 'sttModel', llm: 'inferenceModel', tts: 'ttsModel' } as Record<string, string>
  const calls = await Promise.all([...cases, { stage: 'none', fault: '', heard: ['assistant: Hello there.', ...TURN] }].map(async ({ stage, fault, heard }, n) => {
    const number = `+141555501${String(n).padStart(2, '0')}`
    await addAgent(number, stage === 'none' ? {} : { [field[stage] ?? '']: `${stage}-${fault}` })
    return { name: `${stage} ${fault}`, number, heard: heard.filter((line) => stage !== 'stt' || line !== TURN[0]) }
  }))
  /** What went wrong, in which calls. */
  const attempt = async (): Promise<string[]> => {
    const phones = calls.map(({ number }) => phone(number))
    const ended = phones.map(async (phone) => await phone.call())
    await stored('every greeting', phones, (lines) => lines.length > 0)
    await Promise.all(phones.map(async (phone) => await phone.speak(WORDS)))
    await stored('an answer in every call', phones, (lines) => lines.length > 1 && lines.at(-1)?.startsWith('assistant: ') === true)
    const cut = phones.flatMap((phone, n) => phone.ended ? [`${calls[n]?.name}: the call is over`] : [])
    for (const phone of phones) phone.hangUp()
    await Promise.all(ended)
    await stored('every end', phones, (_lines, call) => call.status === 'completed' && call.end_reason === 'caller_hung_up')
    const { calls: records } = await owner.send('GET', '/api/calls?limit=100') as unknown as { calls: CallView[] }
    return [...cut, ...calls.flatMap(({ name, heard }, n) => {
      const said = linesOf(records.find(({ call_sid: callSid }) => callSid === phones[n]?.callSid)?.transcript).join(' / ')
      return said === heard.join(' / ') ? [] : [`${name}: ${said}`]
    })]
  }
  t.same(await inRealTime(attempt, (wrong) => wrong.length === 0), [])
})

test('a process that is stopped for 300 ms while its agent speaks, and while the caller does: what was sent ahead goes on playing, nobody is cut off, no turn ends', async (t) => {
  const { server: { child }, addAgent, phone, stored } = await startWorld(t)
  await addAgent('+14155550101', { greeting: 'Hello there, this is the front desk of the hotel by the sea, how can I help you today?' })
  const stop = async (): Promise<number> => {
    child.kill('SIGSTOP')
    const fromMs = performance.now()
    await sleep(systemClock, 300)
    child.kill('SIGCONT')
    return performance.now() - fromMs
  }
  /** What went wrong in one call. */
  const attempt = async (): Promise<string[]> => {
    const caller = phone('+14155550101')
    const ended = caller.call()
    await until('the greeting', PATIENCE_MS, () => caller.events.some(({ type }) => type === 'agent_started') || undefined)
    await sleep(systemClock, 1_000)
    const stoppedMs = await stop()
    await stored('the greeting', [caller], (lines) => lines.length > 0)
    const silentMs = caller.gaps.reduce((sum, { durationMs }) => sum + durationMs, 0)
    const speaking = caller.speak(WORDS)
    await sleep(systemClock, 1_000)
    await stop()
    await speaking
    let said: string[] = []
    await stored('an answer', [caller], (lines) => isAnswered(said = lines))
    caller.hangUp()
    await ended
    return [
      // 400 ms are sent ahead.
      ...(silentMs <= Math.max(0, stoppedMs - 300) ? [] : [`${Math.round(silentMs)} ms of silence in a stop of ${Math.round(stoppedMs)} ms`]),
      ...(caller.events.some(({ type }) => type === 'cleared') ? ['the agent was cut off'] : []),
      ...(said.length === 3 ? [] : [said.join(' / ')])
    ]
  }
  t.same(await inRealTime(attempt, (problems) => problems.length === 0), [])
})

/** Has a command run with a disk of two megabytes in place of its DATA_DIR, which only it and its children see. */
const ON_SMALL_DISK = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', 'mount -t tmpfs -o size=2m earshot "$DATA_DIR" && exec "$@"', 'sh']
const canMount = spawnSync(ON_SMALL_DISK[0] ?? '', [...ON_SMALL_DISK.slice(1), 'true'], { env: { ...process.env, DATA_DIR: '/tmp' } }).status === 0

test('the disk is full in the middle of a call and comes back: the call goes on, every turn is stored, tape and recording are counted as not whole', { skip: !canMount && 'no disk can be mounted here' }, async (t) => {
  const { server: { child }, settings, addAgent, phone, stored, metric } = await startWorld(t, { under: ON_SMALL_DISK })
  await addAgent('+14155550101', { recordTape: true, recordAudio: true, recordingNotice: 'Hello.' })
  const filler = `/proc/${child.pid}/root${join(settings.DATA_DIR, 'filler')}`
  const fill = (): void => {
    const file = openSync(filler, 'w')
    try {
      for (const size of [65_536, 4_096, 1]) {
        try {
          for (;;) writeSync(file, Buffer.alloc(size))
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
        }
      }
    } finally {
      closeSync(file)
    }
  }
  const caller = phone('+14155550101')
  const ended = caller.call()
  await stored('the greeting', [caller], (lines) => lines.length > 0)
  const heardBefore = caller.events.filter(({ type }) => type === 'agent_stopped').length
  fill()
  await caller.speak(WORDS)
  await until('an answer', PATIENCE_MS, () => caller.events.filter(({ type }) => type === 'agent_stopped').length > heardBefore || undefined)
  t.notOk(caller.ended, 'the call goes on')
  rmSync(filler)
  await stored('every turn', [caller], isAnswered)
  caller.hangUp()
  await ended
  await stored('the end', [caller], (lines, { status, end_reason: reason }) => isAnswered(lines) && status === 'completed' && reason === 'caller_hung_up')
  await until('that tape and recording are not whole', PATIENCE_MS, async () => {
    const failures = await Promise.all(['tapes', 'recordings'].map(async (kind) => await metric(`earshot_archive_failures_total{kind="${kind}"}`)))
    return failures.every((count) => count === 1) || undefined
  })
})
