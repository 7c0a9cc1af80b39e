import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import { Rounds } from '../rounds.ts'
import { sleep } from '../sleep.ts'
import type { CallCommandRecord, CallCommandStore } from '../store/call-commands.ts'
import type { LiveCall, LiveCalls } from './live-calls.ts'

/** What can be asked of a live call, on whatever process it is. */
export type CallCommand = { type: 'whisper', text: string } | { type: 'transfer', to: string, announcement?: string } | { type: 'end' }

/** One query a second for all calls of the process, and none while it has none. */
const LOOK_EVERY_MS = 1_000
/** How long, and how often, whoever asked looks for the answer. */
const ANSWER_WITHIN_MS = 5_000
const ASK_EVERY_MS = 200

export interface CallCommandDeps {
  clock: Clock
  stores: { callCommands: CallCommandStore }
  liveCalls: Pick<LiveCalls, 'find' | 'callSids'>
}

/** Has a call carry out a command: here when it is here, else through the database. False: nobody took it, or the call was ending. */
export async function commandCall ({ clock, stores: { callCommands }, liveCalls }: CallCommandDeps, { userId, call_sid: callSid }: { userId: string, call_sid: string }, command: CallCommand): Promise<boolean> {
  const here = liveCalls.find(callSid)
  if (here !== undefined) return await obey(here, command)
  const id = await callCommands.add({ userId, call_sid: callSid, ...command })
  for (const giveUpAtMs = clock.now() + ANSWER_WITHIN_MS; ;) {
    await sleep(clock, ASK_EVERY_MS)
    const status = await callCommands.status(id)
    const answered = status === 'done' || status === 'refused'
    if (answered || status === undefined) {
      await callCommands.remove(id)
      return status === 'done'
    }
    // Once taken it is about to be answered.
    if (status === 'waiting' && clock.now() >= giveUpAtMs && await callCommands.withdraw(id)) return false
    if (clock.now() >= giveUpAtMs + ANSWER_WITHIN_MS) return false
  }
}

/** Carries out what other processes were asked to do with calls that this one carries. */
export const callCommandRounds = ({ clock, stores: { callCommands }, liveCalls, log }: CallCommandDeps & { log: FastifyBaseLogger }): Rounds => new Rounds(clock, LOOK_EVERY_MS, async () => {
  while (liveCalls.callSids.length > 0) {
    const taken = await callCommands.take(liveCalls.callSids)
    if (taken === undefined) return
    const call = liveCalls.find(taken.call_sid)
    await callCommands.finish(taken._id, call !== undefined && await obey(call, commandOf(taken)))
  }
}, (err) => log.warn({ err }, 'commands for calls could not be looked up'))

/** A call that is ended has a complete record before that is told. */
const obey = async (call: LiveCall, command: CallCommand): Promise<boolean> => {
  if (command.type !== 'end') return call.command(command)
  await call.close('ended_by_user')
  return true
}

const commandOf = ({ type, text = '', to = '', announcement }: CallCommandRecord): CallCommand => {
  switch (type) {
    case 'whisper': return { type, text }
    case 'transfer': return { type, to, ...(announcement !== undefined && { announcement }) }
    case 'end': return { type }
  }
}
