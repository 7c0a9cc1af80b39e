import { createWriteStream, type WriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { MULAW_HEADER_BYTES, mulawHeader } from '../audio/wav.ts'
import { SAMPLE_RATE_HZ } from '../vad/vad.ts'

/** What a disk may be behind: half a minute of a recording. */
const MAX_BACKLOG_BYTES = 500_000

const FORMAT = { sampleRateHz: SAMPLE_RATE_HZ, channels: 2 }

/** A WAV file of stereo μ-law that grows while the call goes on. One that was cut off by a crash can be played: its header says "to the end of the file". */
export class WavWriter {
  readonly #path: string
  readonly #stream: WriteStream
  readonly #done: Promise<void>

  /** A file that exists is not written over: `close` then fails. */
  constructor (path: string) {
    this.#path = path
    this.#stream = createWriteStream(path, { flags: 'wx', mode: 0o600 })
    this.#done = finished(this.#stream)
    // Told by close(); until then it only must not count as unhandled.
    this.#done.catch(() => {})
    this.#stream.write(mulawHeader(FORMAT))
  }

  /** Never throws and never waits. @param mulaw left and right in turns; must not be changed afterwards */
  write (mulaw: Uint8Array): void {
    if (!this.#stream.writable) return
    this.#stream.write(mulaw)
    if (this.#stream.writableLength > MAX_BACKLOG_BYTES) this.#stream.destroy(new Error('The disk is too slow for the recording.'))
  }

  /** Writes the sizes into the header; answers how many bytes the file has. @throws what kept it from being written whole */
  async close (): Promise<number> {
    this.#stream.end()
    await this.#done
    const bytes = this.#stream.bytesWritten
    const file = await open(this.#path, 'r+')
    try {
      await file.write(mulawHeader(FORMAT, bytes - MULAW_HEADER_BYTES), 0, MULAW_HEADER_BYTES, 0)
    } finally {
      await file.close()
    }
    return bytes
  }
}
