import type { CallAgent } from './agent.ts'
import type { Phrases } from './phrases.ts'
import { stockPhrases } from './stock-phrases.ts'

/** What the caller hears first. */
export const greetingOf = (agent: Pick<CallAgent, 'greeting' | 'language'>): string => agent.greeting || stockPhrases(agent.language).greeting

/**
 * Gets ready what an agent may have to say at once, the greeting first: one synthesis at a time, so that a call that needs the voice meanwhile is
 * not behind all of them.
 * @param onFailure told of each sentence that could not be had; the others are tried all the same
 */
export async function warmPhrases (phrases: Phrases, agent: Pick<CallAgent, 'greeting' | 'language' | 'ttsModel' | 'ttsVoice'> & { voicemail?: string | undefined }, onFailure: (error: unknown) => void): Promise<void> {
  const { apology, misheard, oneMoment, stillThere, goodbyeSilent, goodbyeTooLong, goodbye } = stockPhrases(agent.language)
  for (const text of [greetingOf(agent), oneMoment, apology, misheard, stillThere, goodbye, goodbyeSilent, goodbyeTooLong, ...(agent.voicemail === undefined ? [] : [agent.voicemail])]) {
    if (phrases.closed) return
    await phrases.prepare(agent, text).catch((error: unknown) => { if (!phrases.closed) onFailure(error) })
  }
}
