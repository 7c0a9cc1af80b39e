import type { Clock } from '../clock.ts'
import type { MessageText, TwilioMessage } from '../twilio/messages.ts'
import type { Keeper } from './call-archive.ts'
import { StereoRecording } from './stereo-recording.ts'
import { WavWriter } from './wav-writer.ts'

/** Writes both voices of a stream to a WAV file: the caller left, the agent right. */
export class AudioKeeper implements Keeper {
  readonly #file: WavWriter
  readonly #recording: StereoRecording

  /** @param startedAtMs the clock's time at which the media socket opened */
  constructor (path: string, clock: Clock, startedAtMs: number) {
    this.#file = new WavWriter(path)
    this.#recording = new StereoRecording(clock, startedAtMs, (mulaw) => this.#file.write(mulaw))
  }

  received (_text: MessageText, message: TwilioMessage): void {
    if (message.event === 'media') this.#recording.callerAudio(message.mulaw, message.timestampMs)
    else if (message.event === 'mark') this.#recording.markReturned(message.mark.name)
  }

  sentAudio (mulaw: Uint8Array): void { this.#recording.agentAudio(mulaw) }
  sentMark (name: string): void { this.#recording.markSent(name) }
  sentClear (): void { this.#recording.cleared() }

  async close (): Promise<number> {
    this.#recording.end()
    return await this.#file.close()
  }
}
