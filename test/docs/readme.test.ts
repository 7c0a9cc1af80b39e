import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test, type Test } from 'tap'
import { systemClock, type Clock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config.ts'
import { openGateway } from '../../src/gateway.ts'
import { createLog } from '../../src/log.ts'
import { runCaller } from '../../src/replay/caller.ts'
import { detour } from '../../src/replay/detour.ts'
import { TwilioPhone } from '../../src/replay/twilio-phone.ts'
import { simulated } from '../support/build.ts'
import { folder } from '../support/folder.ts'
import { listenTwilio } from '../support/twilio.ts'

const NUMBER = '+12025550142'
const ACCOUNT = { accountSid: `AC${'1'.repeat(32)}`, authToken: '0123456789abcdef0123456789abcdef' }

/** Runs at the speed of the machine's time, from a noon at which everybody may be called. */
const fromNoon = (): Clock => {
  const offsetMs = Date.UTC(2027, 5, 1, 19) - systemClock.now()
  return { now: () => systemClock.now() + offsetMs, setTimeout: (fn, delayMs) => systemClock.setTimeout(fn, delayMs) }
}

/** A gateway as somebody has it who has just installed it, with a number at Twilio. */
const freshGateway = async (t: Test, dataDir: string) => {
  const clock = fromNoon()
  const { url, account } = await listenTwilio(t, clock, ACCOUNT.authToken)
  account.numbers.add(NUMBER)
  const publicUrl = 'https://gateway.test'
  const config = parseConfig({ NODE_ENV: 'test', VAD: 'energy', LOG_LEVEL: 'silent', PUBLIC_URL: publicUrl, DATA_DIR: dataDir, TWILIO_API_URL: url })
  const gateway = await openGateway(config, { clock, log: await createLog(config), say: () => {}, providers: simulated(clock) })
  t.teardown(() => gateway.close(0))
  await gateway.app.listen({ host: '127.0.0.1', port: 0 })
  const address = `http://localhost:${(gateway.app.server.address() as AddressInfo).port}`
  /** Somebody calls, hears the greeting begin, and hangs up. */
  const someoneCalls = async () => {
    await runCaller(clock, new TwilioPhone({ clock, ...detour(publicUrl, address), ...ACCOUNT, voiceUrl: `${publicUrl}/twilio/voice`, from: '+12025550111', to: NUMBER }), [{ do: 'wait', forMs: 500 }, { do: 'hang_up' }])
    while (gateway.deps.liveCalls.live > 0) await new Promise<void>((resolve) => { clock.setTimeout(resolve, 10) })
    await gateway.archive.settled()
  }
  return { address, someoneCalls }
}

/** A shell whose variables and functions last from one piece of script to the next, and whose curl keeps what was answered. */
const openShell = async (home: string, env: Record<string, string>) => {
  const answers = join(home, 'answers')
  await mkdir(join(home, 'bin'), { recursive: true })
  await writeFile(join(home, 'state'), '')
  await writeFile(join(home, 'bin', 'curl'), `#!/bin/bash
PATH=\${PATH#*:}
answer=$(curl -w '%{stderr}%{http_code}' "$@" 2> ${answers}.status)
printf '%s' "$answer"
printf '%s %s\\n' "$(cat ${answers}.status)" "$answer" >> ${answers}
`)
  await chmod(join(home, 'bin', 'curl'), 0o755)
  return async (script: string): Promise<Array<{ status: number, body: string }>> => {
    await writeFile(answers, '')
    const run = execFile('bash', ['-euo', 'pipefail', '-c', `set -a; . ./state\n${script}\n{ export -p; declare -f; } > state`], { cwd: home, env: { ...process.env, ...env, PATH: `${join(home, 'bin')}:${process.env['PATH']}` } })
    let told = ''
    run.stderr?.on('data', (piece) => { told += String(piece) })
    const [code] = await once(run, 'close') as [number]
    if (code !== 0) throw new Error(`${code}: ${told}`)
    return (await readFile(answers, 'utf8')).trimEnd().split('\n').map((line) => ({ status: Number(line.slice(0, 3)), body: line.slice(4) }))
  }
}

test('the README\'s examples work as they are written, one after the other', async (t) => {
  const blocks = [...(await readFile('README.md', 'utf8')).matchAll(/^```(\w*)\n([^]*?)^```$/gm)].flatMap(([, language, script = '']) => /\bcurl /.test(script) ? [{ language, script }] : [])
  t.ok(blocks.length >= 10, `${blocks.length} examples`)
  const home = folder(t)
  const { address, someoneCalls } = await freshGateway(t, join(home, 'data'))
  const shell = await openShell(join(home, 'shell'), { PUBLIC_URL: address, TWILIO_ACCOUNT_SID: ACCOUNT.accountSid, TWILIO_AUTH_TOKEN: ACCOUNT.authToken })
  for (const { language, script } of blocks) {
    t.equal(language, 'bash')
    t.notMatch(script, '…', 'nothing is left for the reader to fill in')
    if (script.includes('/tape')) await someoneCalls()
    const answers = await shell(script)
    t.equal(answers.length, script.split(/\bcurl /).length - 1, script)
    // What is written to a file is no JSON.
    for (const { status, body } of answers) t.ok(status >= 200 && status < 300 && (body === '' || JSON.parse(body).success === true), `${status} ${body}`)
  }
})
