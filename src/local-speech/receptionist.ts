/** A turn of the conversation, as the chat route gets it. */
export interface Turn {
  role: string
  text: string
}

export interface Reply {
  text: string
  /** Whether the conversation is over. */
  ends: boolean
}

const GREETING = /^\W*(hello|hi|hey|good (morning|afternoon|evening|day))\b/i
const GOODBYE = /\b(good ?bye|bye|bye bye|see you|hang up|that'?s all|that is all|that'?s it|nothing else|no thanks?( you)?)\b/i
/** A greeting with more words than these has something to repeat. */
const MAX_GREETING_WORDS = 6

/**
 * The stand-in for a language model, which cannot be had as a package: it repeats what it heard, so that a caller
 * hears that recognition, reply and voice work. It says so when it greets, and ends the call on a goodbye.
 */
export function receptionistReply (turns: Turn[]): Reply {
  if (turns.at(-1)?.role === 'tool') return { text: '', ends: false }
  const heard = lastWords(turns)
  if (GOODBYE.test(heard)) return { text: 'Thank you for calling. Goodbye!', ends: true }
  if (heard === '' || (GREETING.test(heard) && heard.split(/\s+/).length <= MAX_GREETING_WORDS)) {
    return { text: 'Hello! I am an echo, because no language model is connected: I repeat what I hear. What would you like to say?', ends: false }
  }
  return { text: `You said: ${/[.!?…]$/.test(heard) ? heard : `${heard}.`} Is there anything else?`, ends: false }
}

/** What the caller said since the agent last spoke. */
function lastWords (turns: Turn[]): string {
  const start = turns.findLastIndex(({ role }) => role !== 'user') + 1
  return turns.slice(start).map(({ text }) => text.trim()).filter((text) => text !== '').join(' ')
}
