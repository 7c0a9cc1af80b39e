import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { tapeLine, type TapeEntry, type TapeHeader } from './tape.ts'

export interface TapeWriter {
  /** Never throws and never waits: a full disk must not disturb the call. */
  write (entry: TapeEntry): void
  /** @throws what kept the tape from being written whole */
  close (): Promise<void>
}

/** Starts a tape in a new file; what comes is written as it comes. A file that exists is not overwritten: `close` then fails. */
export const openTape = (path: string, header: TapeHeader): TapeWriter => {
  const stream = createWriteStream(path, { flags: 'wx' })
  const done = finished(stream)
  // Told by close(); until then it only must not count as unhandled.
  done.catch(() => {})
  stream.write(tapeLine(header))
  return {
    write: (entry) => { if (stream.writable) stream.write(tapeLine(entry)) },
    close: async () => {
      stream.end()
      await done
    }
  }
}
