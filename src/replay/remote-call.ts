import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { EarshotError } from '../errors.ts'
import type { CallSoFar } from './follow-transcript.ts'

/** Who reads: a program by its API key, or a user by e-mail and password. */
export type ApiAccess = { apiKey: string } | { email: string, password: string }

const list = Compile(Type.Object({
  calls: Type.Array(Type.Object({
    call_sid: Type.String(),
    status: Type.Enum(['active', 'completed']),
    transcript: Type.Array(Type.Object({
      role: Type.Enum(['user', 'assistant', 'system', 'tool']),
      text: Type.String(),
      timestamp: Type.String(),
      interrupted: Type.Optional(Type.Boolean()),
      latency: Type.Optional(Type.Record(Type.String(), Type.Number()))
    }))
  }))
}))

/** As many of the newest calls as may have begun since ours. */
const NEWEST = 50

/**
 * Reads a call over a gateway's API.
 * @param address of the gateway, such as http://localhost:3000
 * @throws {EarshotError} `unauthorized` when the gateway does not let us in
 */
export const remoteCall = async (address: string, access: ApiAccess, callSid: string): Promise<() => Promise<CallSoFar | undefined>> => {
  const headers = await signedIn(address, access)
  return async () => {
    const answer = await fetch(`${address}/api/calls?limit=${NEWEST}`, { headers })
    if (answer.status === 401) throw new EarshotError('unauthorized', `${address} does not let this key or user read calls.`)
    const body: unknown = await answer.json()
    if (!list.Check(body)) throw new EarshotError('invalid', `${address}/api/calls does not answer as Earshot does.`)
    const call = body.calls.find((candidate) => candidate.call_sid === callSid)
    return call && {
      status: call.status,
      transcript: call.transcript.map((turn) => ({ ...turn, timestamp: new Date(turn.timestamp) }))
    }
  }
}

const signedIn = async (address: string, access: ApiAccess): Promise<Record<string, string>> => {
  if ('apiKey' in access) return { authorization: `Bearer ${access.apiKey}` }
  const answer = await fetch(`${address}/api/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: access.email, password: access.password }) })
  if (!answer.ok) throw new EarshotError('unauthorized', `${address} does not let ${access.email} sign in (HTTP status ${answer.status}).`)
  return { cookie: answer.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]).join('; ') }
}
