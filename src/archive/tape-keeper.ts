import type { CallAgent } from '../call/agent.ts'
import type { Clock } from '../clock.ts'
import { recordPhrases, recordProviders, recordTools, twilioEntry } from '../replay/tape-recorder.ts'
import { openTape, type TapeWriter } from '../replay/tape-writer.ts'
import { TAPE_VERSION, type TapeHeader } from '../replay/tape.ts'
import type { CallRecord } from '../store/calls.ts'
import type { MessageText, TwilioMessage } from '../twilio/messages.ts'
import type { Voices } from '../twilio/stream-recorder.ts'
import type { Keeper } from './call-archive.ts'

/** Writes a stream's tape: src/replay/README.md. */
export class TapeKeeper implements Keeper {
  readonly #clock: Clock
  readonly #startedAtMs: number
  readonly #tape: TapeWriter

  /** @param startedAtMs the clock's time at which the media socket opened */
  constructor (path: string, clock: Clock, startedAtMs: number, call: CallRecord, settings: CallAgent) {
    this.#clock = clock
    this.#startedAtMs = startedAtMs
    this.#tape = openTape(path, headerOf(call, settings))
  }

  received (text: MessageText, _message: TwilioMessage, atMs: number): void {
    const entry = twilioEntry(String(text), atMs - this.#startedAtMs)
    if (entry !== undefined) this.#tape.write(entry)
  }

  watch (voices: Voices): Voices {
    const args = [this.#clock, this.#startedAtMs, this.#tape.write] as const
    return { ...recordProviders(voices, ...args), phrases: recordPhrases(voices.phrases, ...args), toolBox: recordTools(voices.toolBox, ...args) }
  }

  async close (): Promise<number> {
    return await this.#tape.close()
  }
}

const headerOf = ({ from_number: from, to_number: to, transcript }: CallRecord, settings: CallAgent): TapeHeader => {
  const { sttModel, inferenceModel, ttsModel, ttsVoice, systemPrompt, greeting, temperature, maxTokens, sttLanguage, turnTaking } = settings
  return {
    type: 'header',
    version: TAPE_VERSION,
    from,
    to,
    agent: { sttModel, inferenceModel, ttsModel, ttsVoice, systemPrompt, greeting, temperature, maxTokens, ...(sttLanguage !== undefined && { language: sttLanguage }), turnTaking },
    ...(transcript.length > 0 && { past: transcript.map(({ role, text, timestamp, interrupted }) => ({ role, text, timestamp: timestamp.toISOString(), ...(interrupted === true && { interrupted }) })) }),
    licence: 'A private call: not to be passed on.'
  }
}
