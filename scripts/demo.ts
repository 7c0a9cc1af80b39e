// A recorded caller phones in: npm run demo. Needs no key, no account and no database; --once ends after the call.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { hashPassword } from '../src/api/password.ts'
import { systemClock } from '../src/clock.ts'
import { ConfigError, loadConfig } from '../src/config.ts'
import { EarshotError } from '../src/errors.ts'
import { openLocalGateway, type LocalGateway } from '../src/local-gateway.ts'
import { createLog } from '../src/log.ts'
import { needsLocalSpeech } from '../src/providers.ts'
import { runCaller, type CallerStep, type CallReport } from '../src/replay/caller.ts'
import { line, reportText, turnText } from '../src/replay/conversation-text.ts'
import { demoFolder, demoSignIn } from '../src/replay/demo-sign-in.ts'
import { followTranscript } from '../src/replay/follow-transcript.ts'
import { readCallers, type RecordedCaller } from '../src/replay/recorded-caller.ts'
import { stereoWav } from '../src/replay/recorder.ts'
import { DEMO_NUMBER } from '../src/replay/seed.ts'
import type { TwilioPhone } from '../src/replay/twilio-phone.ts'
import { wordErrors } from '../src/replay/word-errors.ts'
import type { TranscriptTurn } from '../src/store/calls.ts'

const USAGE = `Usage: npm run demo [-- --once]

A recorded caller phones in through Twilio's webhook and media stream; the conversation is printed as it happens, and the console is left open.
  --once  end after the call: with exit code 0 when a conversation took place`

/** Of the words said, so many may be heard wrongly; a provider may write "555-0142" for "five five five, zero one four two". */
const MOST_WORDS_WRONG = 0.5
/** The caller's goodbye is answered, and the agent hangs up after it. */
const LAST_WORDS_MS = 15_000

try {
  const { values } = parseArgs({ options: { once: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } } })
  if (values.help) console.log(USAGE)
  else await demo(values.once)
} catch (error) {
  const isArgument = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  if (!(isArgument || error instanceof EarshotError || error instanceof ConfigError)) throw error
  console.error(isArgument ? `${error.message}\n\n${USAGE}` : `The demo cannot start.\n${error.message}`)
  process.exitCode = isArgument ? 2 : 1
}

async function demo (once: boolean): Promise<void> {
  const config = loadConfig()
  const folder = demoFolder(config.DATA_DIR)
  const signIn = await demoSignIn(folder)
  const callers = (await readCallers('fixtures/callers')).filter(({ name }) => name.startsWith('demo-'))
  const gateway = await openLocalGateway({
    config,
    dataDir: folder,
    port: config.PORT,
    seed: { ...signIn, passwordHash: await hashPassword(signIn.password), agent: { name: 'Demo receptionist', greeting: 'Thanks for calling Earshot. How can I help you?' } },
    log: await createLog(config, pino.destination(join(folder, 'earshot.log'))),
    say: console.log
  })
  try {
    if (gateway.deps.config.PORT !== config.PORT) console.log(`Port ${config.PORT} is taken; this is port ${gateway.deps.config.PORT}.`)
    console.log(needsLocalSpeech(config) ? 'Speech is recognised and made on this machine; its log is in the folder named below.' : 'Speech and replies come from the configured providers.')
    await gateway.speechReady
    const happened = await showCall(gateway, callers, folder)
    console.log(`
Console:  ${gateway.address}
Sign in:  ${signIn.email}, password ${signIn.password}
Data:     ${folder}`)
    if (once) process.exitCode = happened ? 0 : 1
    else await untilInterrupted()
  } finally {
    await gateway.close(0)
  }
}

/** One call, printed as it happens. Whether a conversation took place. */
async function showCall (gateway: LocalGateway, callers: RecordedCaller[], folder: string): Promise<boolean> {
  const phone = gateway.phone()
  const heard: TranscriptTurn[] = []
  const over = new AbortController()
  console.log(`\nA recorded caller phones ${DEMO_NUMBER}.\n`)
  const following = followTranscript(systemClock, async () => await gateway.deps.stores.calls.findBySid(phone.callSid), (turn) => {
    console.log(turnText(turn, phone.startedAtMs))
    heard.push(turn)
  }, over.signal)
  const said = new Map(callers.map(({ name, text }) => [name, text]))
  const report = await runCaller(systemClock, phone, stepsOf(callers), (name) => console.log(line(phone.elapsedMs, 'caller', said.get(name) ?? name)))
  systemClock.setTimeout(() => over.abort(), 3000)
  await following
  console.log(`\n${reportText(report)}`)
  const words = wordErrors(heard.filter(({ role }) => role === 'user').map(({ text }) => text).join(' '), [...said.values()].join(' '))
  console.log(`${words.errors} of the caller's ${words.words} words were heard wrongly.`)
  console.log(`Both sides are in ${await saveRecording(phone, folder)}: caller left, agent right.`)
  const problems = problemsOf(report, words.errors / words.words)
  for (const problem of problems) console.error(problem)
  return problems.length === 0
}

function stepsOf (callers: RecordedCaller[]): CallerStep[] {
  return [
    ...callers.flatMap(({ name, audio, speech }): CallerStep[] => [{ do: 'listen' }, { do: 'say', audio, label: name, speech }]),
    { do: 'wait', forMs: LAST_WORDS_MS }
  ]
}

/** Why this was no conversation. */
function problemsOf ({ greetingMs, utterances, endedBy, reason }: CallReport, wordsWrong: number): string[] {
  return [
    ...(greetingMs === undefined ? ['The agent did not greet.'] : []),
    ...utterances.flatMap(({ complete, replyMs }, i) => complete && replyMs !== undefined ? [] : [`The agent did not answer what the caller said ${i + 1}.`]),
    ...(wordsWrong > MOST_WORDS_WRONG ? ['The caller was not understood.'] : []),
    ...(endedBy === 'error' ? [`The call failed: ${reason}`] : [])
  ]
}

async function saveRecording (phone: TwilioPhone, folder: string): Promise<string> {
  const recordings = join(folder, 'recordings')
  await mkdir(recordings, { recursive: true })
  const path = join(recordings, `${phone.callSid}.wav`)
  await writeFile(path, stereoWav(phone.recording()))
  return path
}

/** Ctrl-C, or the process is told to end. */
async function untilInterrupted (): Promise<void> {
  console.log('\nCtrl-C ends the demo.')
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}
