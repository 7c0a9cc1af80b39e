import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { tapeLine, type TapeEntry, type TapeHeader } from './tape.ts'

export interface TapeWriter {
  /** Never throws and never waits: a full disk must not disturb the call. */
  write (entry: TapeEntry): void
  /** Answers how many bytes the tape has. @throws what kept the tape from being written whole */
  close (): Promise<number>
}

/** What a disk may be behind, about a minute and a half of a call. More means that it is not keeping up, and memory is for calls. */
const MAX_BACKLOG_BYTES = 8_000_000

/** Starts a tape in a new file; what comes is written as it comes. A file that exists is not overwritten: `close` then fails. */
export const openTape = (path: string, header: TapeHeader): TapeWriter => {
  const stream = createWriteStream(path, { flags: 'wx', mode: 0o600 })
  const done = finished(stream)
  // Told by close(); until then it only must not count as unhandled.
  done.catch(() => {})
  stream.write(tapeLine(header))
  return {
    write: (entry) => {
      if (!stream.writable) return
      stream.write(tapeLine(entry))
      if (stream.writableLength > MAX_BACKLOG_BYTES) stream.destroy(new Error('The disk is too slow for the tape.'))
    },
    close: async () => {
      stream.end()
      await done
      return stream.bytesWritten
    }
  }
}
