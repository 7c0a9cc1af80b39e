import { VirtualCall, type VirtualCallOptions } from '../../src/replay/virtual-call.ts'
import { soundVad, WordAudio } from './word-audio.ts'

export type EngineOptions = Partial<Omit<VirtualCallOptions, 'stt'>> & { stt?: Partial<VirtualCallOptions['stt']> }

/** A call whose caller speaks in words of square waves, which are heard exactly. */
export class Engine extends VirtualCall {
  readonly words: WordAudio

  constructor (options: EngineOptions = {}) {
    const words = new WordAudio()
    super({ vad: soundVad, ...options, stt: { hear: (pcm) => words.hear(pcm), ...options.stt } })
    this.words = words
  }

  /** The caller says these words, 320 ms each. */
  async say (text: string): Promise<void> {
    await this.send(this.words.say(text))
  }
}
