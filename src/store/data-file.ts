import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What is read or written at once; between two pieces the event loop is free. */
const PIECE_BYTES = 256 * 1024

/** nedb's line reader also breaks lines at these, and JSON.stringify leaves them as they are: a text with one would be lost on reading. */
const LINE_BREAKS = /[\u0085\u2028\u2029]/g

/** Escapes the characters inside a JSON line that nedb would take for the end of the line. */
export const escapeLineBreaks = (line: string): string =>
  line.replace(LINE_BREAKS, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** One document as nedb writes it: JSON on one line, dates as `{ "$$date": milliseconds }`. */
const documentLine = (document: object): string =>
  escapeLineBreaks(JSON.stringify(document, function (this: Record<string, unknown>, key, value: unknown) {
    const raw = this[key]
    return raw instanceof Date ? { $$date: raw.getTime() } : value
  }))

/**
 * Cuts off a last line without its newline: what a process killed in the middle of an append leaves. The append was
 * never acknowledged. A missing file is fine.
 */
export const cutTornLine = async (path: string): Promise<void> => {
  const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return
  try {
    const { size } = await file.stat()
    const end = await endOfLastLine(file, size)
    if (end < size) await file.truncate(end)
  } finally {
    await file.close()
  }
}

const endOfLastLine = async (file: FileHandle, size: number): Promise<number> => {
  const piece = Buffer.alloc(PIECE_BYTES)
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - PIECE_BYTES)
    const { bytesRead } = await file.read(piece, 0, end - start, start)
    const newline = piece.subarray(0, bytesRead).lastIndexOf(0x0A)
    if (newline >= 0) return start + newline + 1
    end = start
  }
  return 0
}

/** A compacted copy beside a data file, not yet in its place. */
export interface Rewrite { adopt: () => Promise<void>, discard: () => Promise<void> }

/**
 * Writes one line per document into a new file beside `path`, in pieces.
 * `adopt` adds what was appended to `path` after `fromByte`, flushes to the disk and takes its place in one step: a crash before that leaves the old file.
 */
export const rewrite = async (path: string, documents: readonly object[], fromByte?: number): Promise<Rewrite> => {
  const nextPath = `${path}.next`
  const next = await open(nextPath, 'w', 0o600)
  const discard = async () => {
    await next.close()
    await rm(nextPath, { force: true })
  }
  try {
    let piece = ''
    for (const document of documents) {
      piece += documentLine(document) + '\n'
      if (piece.length < PIECE_BYTES) continue
      await next.write(piece)
      piece = ''
    }
    await next.write(piece)
  } catch (error) {
    await discard()
    throw error
  }
  const adopt = async () => {
    try {
      if (fromByte !== undefined) await copyFrom(path, fromByte, next)
      await next.sync()
    } catch (error) {
      await discard()
      throw error
    }
    await next.close()
    await rename(nextPath, path)
    await flushFolder(dirname(path))
  }
  return { adopt, discard }
}

const copyFrom = async (path: string, fromByte: number, to: FileHandle): Promise<void> => {
  const file = await open(path, 'r')
  try {
    const piece = Buffer.alloc(PIECE_BYTES)
    for (let position = fromByte; ;) {
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, position)
      if (bytesRead === 0) return
      await to.write(piece.subarray(0, bytesRead))
      position += bytesRead
    }
  } finally {
    await file.close()
  }
}

/** Makes sure that the folder's files will be found again. */
export const flushFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r')
  await folder.sync().catch(() => {}) // Not every file system can flush a folder.
  await folder.close()
}

/** Resolves when all that was appended to the file is on the disk. */
export const flush = async (path: string): Promise<void> => {
  const file = await open(path, 'r+')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

export const sizeOf = async (path: string): Promise<number> => (await stat(path)).size
