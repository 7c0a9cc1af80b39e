import { fork, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock, Timer } from '../clock.ts'
import { EarshotError } from '../errors.ts'
import type { ServerReport } from './server.ts'

export interface LocalSpeechOptions {
  /** Folder of the models, complete (ensureModels). */
  modelsDir: string
  clock: Clock
  log: { info: (details: object, message: string) => void, warn: (details: object, message: string) => void }
  /** The program to run: the server beside this file, as TypeScript under tsx (whose flags the child inherits) or compiled. */
  program?: string
}

const SERVER = fileURLToPath(new URL(`./server${extname(import.meta.url)}`, import.meta.url))

export interface LocalSpeech {
  /** Address of OpenAI's routes, http://127.0.0.1:PORT/v1; stays the same when the server is restarted. */
  baseUrl: string
  /** Ends the server. Idempotent. */
  close: () => Promise<void>
}

/** A server that ends again and again is started ever more rarely, so that it does not keep a core busy. */
const MIN_RESTART_MS = 250
const MAX_RESTART_MS = 30_000
/** One that has run for this long was well; the next restart is immediate again. */
const WELL_AFTER_MS = 60_000

/**
 * Starts the local speech server as a child process and keeps it running. It ends with this process, however that ends.
 * @throws {EarshotError} `internal` when it cannot start: models missing, no build of the engine for this platform
 */
export async function startLocalSpeech ({ modelsDir, clock, log, program = SERVER }: LocalSpeechOptions): Promise<LocalSpeech> {
  let closing = false
  let restart: Timer | undefined
  let waitMs = MIN_RESTART_MS

  const spawnServer = (port: number): ChildProcess => fork(program, [modelsDir, String(port)], {
    execArgv: process.execArgv.filter((flag) => !flag.startsWith('--inspect')),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc']
  })
  let child = spawnServer(0)
  const port = await readyPort(child)
  log.info({ port, pid: child.pid }, 'local speech server ready')
  watch()

  /** Starts the server anew, at the same port, when it ends. */
  function watch (): void {
    const startedMs = clock.now()
    child.once('exit', (exitCode, signal) => {
      if (closing) return
      if (clock.now() - startedMs > WELL_AFTER_MS) waitMs = MIN_RESTART_MS
      log.warn({ exitCode, signal, waitMs }, 'local speech server ended, will be started again')
      restart = clock.setTimeout(() => {
        child = spawnServer(port)
        readyPort(child).then(
          () => { log.info({ port, pid: child.pid }, 'local speech server ready again') },
          (error: unknown) => { log.warn({ err: error }, 'local speech server did not start') })
        watch()
      }, waitMs)
      waitMs = Math.min(MAX_RESTART_MS, 2 * waitMs)
    })
  }

  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    async close () {
      closing = true
      restart?.cancel()
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      // It has nothing to save.
      child.kill('SIGKILL')
      await ended
    }
  }
}

/** Waits for the server's one report. */
async function readyPort (child: ChildProcess): Promise<number> {
  let lastWords = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { lastWords = (lastWords + text).slice(-2000) })
  return await new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new EarshotError('internal', `The local speech server did not start: ${reason}`))
    child.once('message', (report: ServerReport) => {
      if (report.kind === 'ready') resolve(report.port)
      else fail(report.message)
    })
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? code}. ${lastWords.trim()}`))
  })
}
