import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PhraseFiles } from './call/phrases.ts'

/** Keeps synthesised phrases as raw μ-law in a folder, one file each, named by the SHA-256 of their key. */
export function phraseFiles (folder: string): PhraseFiles {
  const fileOf = (key: string): string => join(folder, `${createHash('sha256').update(key).digest('hex')}.ulaw`)
  return {
    async read (key) {
      try {
        return new Uint8Array(await readFile(fileOf(key)))
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
    },
    async write (key, mulaw) {
      await mkdir(folder, { recursive: true })
      // Renamed when complete, so that a crash leaves no half phrase to be spoken.
      const unfinished = join(folder, `${randomUUID()}.part`)
      await writeFile(unfinished, mulaw)
      await rename(unfinished, fileOf(key))
    }
  }
}
