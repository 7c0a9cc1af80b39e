// Calls Earshot as Twilio would, with a recorded caller or a tape: npm run replay -- --help
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { systemClock, VirtualClock, type Clock } from '../src/clock.ts'
import { ConfigError, loadConfig } from '../src/config.ts'
import { EarshotError } from '../src/errors.ts'
import { openLocalGateway } from '../src/local-gateway.ts'
import { createLog } from '../src/log.ts'
import { readAgentSettings, type AgentSettings } from '../src/replay/agent-settings.ts'
import { reportOf, runCaller, type CallerStep, type CallReport } from '../src/replay/caller.ts'
import { line, reportText, turnText } from '../src/replay/conversation-text.ts'
import { demoFolder, readDemoSignIn } from '../src/replay/demo-sign-in.ts'
import { detour } from '../src/replay/detour.ts'
import { followTranscript, type CallSoFar } from '../src/replay/follow-transcript.ts'
import { differenceText, GoldenRecorder } from '../src/replay/golden.ts'
import { knownRecordings } from '../src/replay/known-recordings.ts'
import { readCaller, readCallers, type RecordedCaller } from '../src/replay/recorded-caller.ts'
import { stereoWav } from '../src/replay/recorder.ts'
import { remoteCall, type ApiAccess } from '../src/replay/remote-call.ts'
import { ArgumentError, parseReplayArguments, REPLAY_USAGE, type ReplayArguments } from '../src/replay/replay-arguments.ts'
import { CALLER_NUMBER, DEMO_NUMBER } from '../src/replay/seed.ts'
import { SimulatedLlm } from '../src/replay/simulated-llm.ts'
import { SimulatedStt } from '../src/replay/simulated-stt.ts'
import { SimulatedTts } from '../src/replay/simulated-tts.ts'
import { runTape } from '../src/replay/tape-caller.ts'
import { TapePhrases, tapeProviders, withTapeTools } from '../src/replay/tape-player.ts'
import { readTape, type Tape } from '../src/replay/tape.ts'
import { makeSid, TwilioPhone } from '../src/replay/twilio-phone.ts'
import { openVirtualGateway } from '../src/virtual-gateway.ts'

const FIXTURES = 'fixtures/callers'

/** Who calls: people who wait for the answer, or a tape that does not. */
type Caller = { kind: 'recordings', callers: RecordedCaller[] } | { kind: 'tape', tape: Tape }

/** A call that can be made, and where its transcript is read. */
interface Callable {
  clock: Clock
  phone: TwilioPhone
  readCall: (() => Promise<CallSoFar | undefined>) | undefined
  golden?: GoldenRecorder
  /** Lets the clock run until the work is done. */
  run: <Result>(work: Promise<Result>) => Promise<Result>
  close: () => Promise<void>
}

try {
  const args = parseReplayArguments(process.argv.slice(2))
  if (args.help) console.log(REPLAY_USAGE)
  else await replay(args)
} catch (error) {
  if (!(error instanceof ArgumentError || error instanceof EarshotError || error instanceof ConfigError)) throw error
  console.error(error instanceof ArgumentError ? `${error.message}\n\n${REPLAY_USAGE}` : error.message)
  process.exitCode = error instanceof ArgumentError ? 2 : 1
}

async function replay (args: Extract<ReplayArguments, { help: false }>): Promise<void> {
  const caller: Caller = args.call.kind === 'tape'
    ? { kind: 'tape', tape: await readTape(args.call.file) }
    : { kind: 'recordings', callers: await Promise.all(args.call.files.map(readCaller)) }
  const agent: AgentSettings = {
    ...(caller.kind === 'tape' ? caller.tape.header.agent : {}),
    ...(args.agentFile === undefined ? {} : await readAgentSettings(args.agentFile))
  }
  const folder = await mkdtemp(join(tmpdir(), 'earshot-replay-'))
  try {
    const callable = await callableFor(args, caller, agent, folder)
    try {
      const report = await callable.run(makeCall(callable, caller))
      console.log(`\n${reportText(report)}`)
      if (args.wav !== undefined) {
        await writeFile(args.wav, stereoWav(callable.phone.recording()))
        console.log(`Both sides are in ${args.wav}: caller left, agent right.`)
      }
      if (args.golden !== undefined && callable.golden !== undefined) await compare(callable.golden.text, args.golden)
      if (report.endedBy === 'error' || report.greetingMs === undefined) process.exitCode = 1
    } finally {
      await callable.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function compare (text: string, { file, write }: { file: string, write: boolean }): Promise<void> {
  if (write) {
    await writeFile(file, text)
    return console.log(`What came of the tape is in ${file}.`)
  }
  const difference = differenceText(await readFile(file, 'utf8'), text)
  if (difference === '') return console.log(`The same as ${file}.`)
  console.log(`Not the same as ${file} ("-" was, "+" is):\n${difference}`)
  process.exitCode = 1
}

async function makeCall ({ clock, phone, readCall }: Callable, caller: Caller): Promise<CallReport> {
  const over = new AbortController()
  const following = readCall && followTranscript(clock, readCall, (turn) => console.log(turnText(turn, phone.startedAtMs)), over.signal)
  try {
    return await callAs(caller, clock, phone)
  } finally {
    // The last turn and the end are stored after the caller is gone.
    const patience = clock.setTimeout(() => over.abort(), 3000)
    await following
    patience.cancel()
  }
}

async function callAs (caller: Caller, clock: Clock, phone: TwilioPhone): Promise<CallReport> {
  if (caller.kind === 'tape') {
    await runTape(clock, phone, caller.tape)
    return reportOf(phone, [])
  }
  const texts = new Map(caller.callers.map(({ name, text }) => [name, text]))
  return await runCaller(clock, phone, stepsOf(caller.callers), (name) => console.log(line(phone.elapsedMs, 'caller', texts.get(name) || `(${name})`)))
}

function stepsOf (callers: RecordedCaller[]): CallerStep[] {
  return [{ do: 'listen' }, ...callers.flatMap(({ name, audio, speech }): CallerStep[] => [{ do: 'say', audio, label: name, speech }, { do: 'listen' }])]
}

async function callableFor (args: Extract<ReplayArguments, { help: false }>, caller: Caller, agent: AgentSettings, folder: string): Promise<Callable> {
  const microphone = caller.kind !== 'tape'
  if (args.gateway !== undefined) return await running(args.gateway.url, args.gateway.to, microphone)
  if (args.fast) return await virtual(caller, agent, folder, microphone)
  return await local(agent, folder, microphone)
}

/** In virtual time: the tape's own answers, if it has any, or simulated providers that know the recorded callers. */
async function virtual (caller: Caller, agent: AgentSettings, folder: string, microphone: boolean): Promise<Callable> {
  const recorded = caller.kind === 'tape' && caller.tape.entries.some(({ type }) => type !== 'twilio') ? caller.tape : undefined
  const hear = knownRecordings([...caller.kind === 'recordings' ? caller.callers : [], ...await readCallers(FIXTURES)])
  console.log(recorded === undefined ? 'In virtual time, with simulated providers that know the recorded callers and repeat what they hear.\n' : 'In virtual time, with the answers that are on the tape.\n')
  const clock = new VirtualClock()
  const golden = new GoldenRecorder(clock)
  const gateway = await openVirtualGateway({
    clock,
    dataDir: folder,
    agent,
    recorder: recorded === undefined ? golden : withTapeTools(recorded, clock, golden),
    ...(caller.kind === 'tape' && caller.tape.header.past && { past: caller.tape.header.past }),
    ...(recorded && { phrases: (clock: VirtualClock) => new TapePhrases(recorded, clock) }),
    providers: (clock: VirtualClock) => recorded === undefined
      ? { stt: new SimulatedStt({ clock, hear }), llm: new SimulatedLlm({ clock }), tts: new SimulatedTts({ clock }) }
      : tapeProviders(recorded, clock)
  })
  const phone = gateway.phone({ microphone })
  return { clock, phone, golden, readCall: async () => await gateway.deps.stores.calls.findBySid(phone.callSid), run: gateway.run, close: async () => await gateway.close(0) }
}

/** In real time, through a gateway of its own, with the providers that the environment names. */
async function local (agent: AgentSettings, folder: string, microphone: boolean): Promise<Callable> {
  const gateway = await openLocalGateway({
    config: loadConfig(),
    dataDir: folder,
    port: 0,
    seed: { email: 'replay@example.com', passwordHash: '', twilioAccountSid: makeSid('AC'), twilioAuthToken: makeSid(''), agent },
    log: await createLog({ LOG_LEVEL: 'warn', NODE_ENV: 'production' }, pino.destination(2)),
    say: console.log
  })
  try {
    await gateway.speechReady
  } catch (error) {
    await gateway.close(0)
    throw error
  }
  const phone = gateway.phone({ microphone })
  return { clock: systemClock, phone, readCall: async () => await gateway.deps.stores.calls.findBySid(phone.callSid), run: inRealTime, close: async () => await gateway.close(0) }
}

/** In real time, through a gateway that somebody else runs. */
async function running (url: string, to: string | undefined, microphone: boolean): Promise<Callable> {
  const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, EARSHOT_API_KEY, PUBLIC_URL } = process.env
  const demo = await readDemoSignIn(demoFolder(loadConfig().DATA_DIR))
  const accountSid = TWILIO_ACCOUNT_SID ?? demo?.twilioAccountSid
  const authToken = TWILIO_AUTH_TOKEN ?? demo?.twilioAuthToken
  if (accountSid === undefined || authToken === undefined) throw new ArgumentError('--url: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN must be set, to sign as Twilio does for the number there.')
  const known = (PUBLIC_URL ?? url).replace(/\/+$/, '')
  const phone = new TwilioPhone({ clock: systemClock, ...detour(known, url), voiceUrl: `${known}/twilio/voice`, from: CALLER_NUMBER, to: to ?? DEMO_NUMBER, accountSid, authToken, microphone })
  const access: ApiAccess | undefined = EARSHOT_API_KEY !== undefined ? { apiKey: EARSHOT_API_KEY } : TWILIO_AUTH_TOKEN === undefined ? demo : undefined
  if (access === undefined) console.log('EARSHOT_API_KEY is not set, so the transcript cannot be read there.\n')
  return { clock: systemClock, phone, readCall: access && await remoteCall(url, access, phone.callSid), run: inRealTime, close: async () => {} }
}

/** The system's timers do not keep the process alive; something must, while a call goes on. */
async function inRealTime<Result> (work: Promise<Result>): Promise<Result> {
  const hold = setInterval(() => {}, 60_000)
  try {
    return await work
  } finally {
    clearInterval(hold)
  }
}
