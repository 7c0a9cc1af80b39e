import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createInterface } from 'node:readline'
import { test, type Test } from 'tap'

/** The compiled process as it starts, on a data folder of its own: "npm test" has built it. */
function run (t: Test, env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, ['dist/main.js'], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', VAD: 'energy', OPENAI_API_KEY: 'unused', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** What the process writes before it ends, and its exit code. */
async function outcome (child: ChildProcess): Promise<{ code: number | null, stderr: string }> {
  if (child.stderr === null) throw new Error('no stderr')
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { code, stderr }
}

/** Reads log lines until one has this message. */
async function untilLogged (lines: AsyncIterator<string>, message: RegExp): Promise<string> {
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
    const { msg } = JSON.parse(line.value)
    if (message.test(msg)) return msg
  }
  throw new Error(`never logged: ${String(message)}`)
}

test('a wrong environment stops the start with the variable\'s name', async (t) => {
  const { code, stderr } = await outcome(run(t, { PORT: 'http', DATA_DIR: t.testdir() }))
  t.equal(code, 1)
  t.equal(stderr, 'Earshot cannot start.\nPORT must be a whole number from 0 to 65535.\n')
})

test('it listens, refuses to share its data folder, and ends cleanly on SIGTERM', async (t) => {
  const DATA_DIR = t.testdir()
  const child = run(t, { DATA_DIR })
  if (child.stdout === null) throw new Error('no stdout')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const address = (await untilLogged(lines, /^Server listening at /)).replace('Server listening at ', '')
  t.match(await (await fetch(`${address}/ready`)).json(), { success: true })

  const second = await outcome(run(t, { DATA_DIR }))
  t.equal(second.code, 1)
  t.match(second.stderr, /^Earshot cannot start\.\n.*in use/i)

  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await untilLogged(lines, /^shutting down$/)
  t.same(await ended, [0, null])
})

test('a signal ends it also while it waits for its database', async (t) => {
  const database = createServer(() => {})
  await once(database.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => database.close())
  const { port } = database.address() as AddressInfo
  const asked = once(database, 'connection')
  const child = run(t, { DATA_DIR: t.testdir(), MONGODB_URL: `mongodb://127.0.0.1:${port}/earshot`, ENCRYPTION_KEY: Buffer.alloc(32).toString('base64') })
  const ended = once(child, 'exit')
  await asked
  child.kill('SIGTERM')
  t.same(await ended, [0, null])
})
