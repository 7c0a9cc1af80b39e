import type { FastifyBaseLogger } from 'fastify'
import type { Phrases } from '../call/phrases.ts'
import { warmPhrases } from '../call/warm-phrases.ts'
import { voicemailOf } from '../outbound/machine-detection.ts'
import type { AgentRecord } from '../store/agents.ts'
import type { Stores } from '../store/stores.ts'
import { openingOf } from './opening.ts'

/** At boot the phrases of at most so many agents are looked for: most come from disk, and the others are made in their first webhook. */
const WARMED_AT_BOOT = 200

/** Gets ready what agents have to say at once: at boot, when one is saved, and while Twilio is still opening a call's stream. */
export class AgentWarmer {
  readonly #phrases: Phrases
  readonly #log: FastifyBaseLogger

  constructor (phrases: Phrases, log: FastifyBaseLogger) {
    this.#phrases = phrases
    this.#log = log
  }

  /** Begins; a greeting that is not ready in time is synthesised when it is needed. @param log of the call for which it is done */
  warm (agent: AgentRecord, log = this.#log): void {
    this.#warm(agent, log).catch((err: unknown) => log.warn({ err, agentId: agent._id }, 'an agent could not be warmed'))
  }

  /** Begins with every agent that may get a call, one after the other. */
  warmAll (stores: Stores): void {
    this.#warmAll(stores).catch((err: unknown) => this.#log.warn({ err }, 'agents could not be warmed'))
  }

  async #warmAll (stores: Stores): Promise<void> {
    for (const agent of await stores.agents.listActive(WARMED_AT_BOOT)) await this.#warm(agent, this.#log)
  }

  async #warm (agent: AgentRecord, log: FastifyBaseLogger): Promise<void> {
    if (!agent.active || agent.isDeleted) return
    await warmPhrases(this.#phrases, { language: agent.language ?? 'en', greeting: openingOf(agent), ttsModel: agent.ttsModel, ttsVoice: agent.ttsVoice, voicemail: agent.direction === 'outgoing' || agent.voicemailMessage !== undefined ? voicemailOf(agent) : undefined }, (err) => {
      log.warn({ err, agentId: agent._id }, 'a phrase could not be synthesised ahead')
    })
  }
}
