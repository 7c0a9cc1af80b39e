import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'

export const PUBLIC_URL = 'https://voice.example.org'

/** A gateway as production runs it. */
export interface ServerProcess {
  child: ChildProcess
  /** Where it listens. */
  address: string
  /** The lines of its log, as far as they have come. */
  log: string[]
  /** Resolves when it has ended, with its exit code; null after a signal that it could not handle. */
  ended: Promise<number | null>
}

/**
 * The compiled server as its own process: "npm test" has built it. It ends with the test.
 * @param under a command that becomes the one which it is given
 */
export async function startServer (t: Test, env: Record<string, string>, under: string[] = []): Promise<ServerProcess> {
  const [command = '', ...args] = [...under, process.execPath, 'dist/main.js']
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', PORT: '0', PUBLIC_URL, ...env },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const log: string[] = []
  const address = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      log.push(line)
      const found = /Server listening at (http:[^"]+)/.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
    ended.then(() => reject(new Error(`The server ended before it listened: ${log.join('\n')}`)), reject)
  })
  return { child, address, log, ended }
}

/** A user's program: sends JSON and gets JSON. */
export type Owner = (method: string, path: string, body?: unknown, address?: string) => Promise<Record<string, unknown>>

/** Signs up, then sends JSON with its key. */
export async function asOwner (address: string): Promise<{ send: Owner, authorization: string }> {
  const send = async (at: string, method: string, path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${at}${path}`, { method, headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    return { response, json: await response.json() as Record<string, unknown> }
  }
  const { response } = await send(address, 'POST', '/api/auth/register', { email: 'owner@example.com', password: 'correct horse battery' }, { origin: PUBLIC_URL })
  const cookie = response.headers.getSetCookie().map((value) => value.split(';')[0]).join('; ')
  const { json } = await send(address, 'POST', '/api/api-keys', { name: 'test' }, { cookie, origin: PUBLIC_URL })
  const authorization = `Bearer ${String(json['secret'])}`
  return { authorization, send: async (method, path, body, at = address) => (await send(at, method, path, body, { authorization })).json }
}
