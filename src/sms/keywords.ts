import type { MessageRecord } from '../store/messages.ts'
import type { Stores } from '../store/stores.ts'

/**
 * The words by which somebody stops and starts text messages, or asks for help; Twilio answers them by itself, and only when they stand alone
 * (https://help.twilio.com/articles/223134027). YES starts messages only for somebody who has stopped them: else it is an answer.
 */
const STOPS = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'OPTOUT', 'REVOKE'])
const STARTS = new Set(['START', 'UNSTOP'])
const HELPS = new Set(['HELP', 'INFO'])

type Keyword = 'stop' | 'start' | 'help'

/** What a message asks of the service, and not of the agent. @param optedOut whether the sender has stopped messages */
function keywordOf (body: string, optedOut: boolean): Keyword | undefined {
  const word = body.trim().toUpperCase()
  if (STOPS.has(word)) return 'stop'
  if (STARTS.has(word) || (optedOut && word === 'YES')) return 'start'
  return HELPS.has(word) ? 'help' : undefined
}

/** Numbers that a person can have: short codes and names ("MyBank") are machines, and cannot be written to. */
export const PERSON = /^\+[1-9]\d{6,14}$/

/** Does what a message asks of the service, if it asks anything of it. Why the agent has nothing to answer, if so. */
export async function heed ({ optOuts }: Stores, { userId, fromNumber, toNumber, body }: MessageRecord): Promise<'opted_out' | 'keyword' | undefined> {
  if (!PERSON.test(fromNumber)) return undefined
  const optedOut = await optOuts.has(userId, 'messages', fromNumber, toNumber)
  const keyword = keywordOf(body, optedOut)
  if (keyword === 'stop') await optOuts.stopMessages(userId, fromNumber, toNumber, body.trim().toUpperCase())
  if (keyword === 'start') await optOuts.startMessages(userId, fromNumber, toNumber)
  return keyword !== undefined ? 'keyword' : optedOut ? 'opted_out' : undefined
}
