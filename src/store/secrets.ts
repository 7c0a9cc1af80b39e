import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EarshotError } from '../errors.ts'

/** AES-256-GCM: a key of 32 bytes, an IV of 12 bytes that is never used twice (NIST SP 800-38D). */
const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const IV_BYTES = 12

const KEY_FILE = 'encryption.key'

interface Key { id: string, bytes: Buffer }

/** How many documents were encrypted anew, were under the first key already, or have a secret that no key opens. */
export interface Renewal { renewed: number, current: number, unreadable: number }

/**
 * Keeps secrets of the database unreadable without the key. An envelope is `v1.KEYID.IV.TAG.TEXT`, so that after a
 * change of keys it is known which one opens it.
 */
export class Secrets {
  readonly #keys: Key[]
  readonly #places = new Map<string, () => Promise<Renewal>>()

  /**
   * @param keys 32 bytes each, in base64, separated by commas: the first one encrypts, all of them decrypt
   * @throws EarshotError `invalid` when one is not a key
   */
  constructor (keys: string) {
    this.#keys = keys.split(',').map((key) => parseKey(key.trim()))
  }

  /**
   * Notes where envelopes are kept, for a change of keys. Every store that encrypts says so when it is opened.
   * @param renew gives each of its envelopes to `renew` below
   */
  keptIn (collection: string, renew: () => Promise<Renewal>): void {
    this.#places.set(collection, renew)
  }

  get places (): ReadonlyMap<string, () => Promise<Renewal>> { return this.#places }

  /** The secret under the first key; the same envelope when it is under that key already. @throws as `decrypt` */
  renew (envelope: string, context: string): string {
    return envelope.split('.')[1] === this.#keys[0]?.id ? envelope : this.encrypt(this.decrypt(envelope, context), context)
  }

  /** @param context what the secret belongs to: an envelope that is moved to another place does not open */
  encrypt (secret: string, context: string): string {
    const [key] = this.#keys
    if (key === undefined) throw new EarshotError('internal', 'There is no encryption key.')
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(ALGORITHM, key.bytes, iv).setAAD(Buffer.from(context))
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return ['v1', key.id, ...[iv, cipher.getAuthTag(), text].map((bytes) => bytes.toString('base64url'))].join('.')
  }

  /** @throws EarshotError `internal` for an envelope of an unknown key, of another context, or a changed one */
  decrypt (envelope: string, context: string): string {
    const [version, keyId, iv = '', tag = '', text = ''] = envelope.split('.')
    const key = this.#keys.find(({ id }) => id === keyId)
    if (version !== 'v1' || key === undefined) throw new EarshotError('internal', 'A stored secret was encrypted with a key that ENCRYPTION_KEY does not have.')
    try {
      const decipher = createDecipheriv(ALGORITHM, key.bytes, Buffer.from(iv, 'base64url'), { authTagLength: 16 })
        .setAAD(Buffer.from(context))
        .setAuthTag(Buffer.from(tag, 'base64url'))
      return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8')
    } catch (error) {
      throw new EarshotError('internal', 'A stored secret was changed.', { cause: error })
    }
  }

  /** Something that only who has these keys could answer to a nonce. Others than the one who asked learn nothing from it. */
  prove (nonce: string): string {
    return this.encrypt('', `proof of ${nonce}`)
  }

  isProof (nonce: string, proof: string): boolean {
    try {
      return this.decrypt(proof, `proof of ${nonce}`) === ''
    } catch {
      return false
    }
  }
}

const parseKey = (key: string): Key => {
  const bytes = Buffer.from(key, 'base64')
  if (bytes.length !== KEY_BYTES) throw new EarshotError('invalid', 'ENCRYPTION_KEY must be 32 bytes in base64 ("openssl rand -base64 32").', { field: 'ENCRYPTION_KEY' })
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes }
}

/** The key of a data folder, or several of them while they are changed: made on the first run, readable by its owner only. */
export const folderKey = async (folder: string): Promise<string> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, KEY_FILE)
  const kept = await readFile(path, 'utf8').catch(missing)
  if (kept !== undefined) return kept.trim()
  const key = newKey()
  await writeFolderKey(folder, key)
  return key
}

/** The keys of a data folder with a new one before them; the same as before when a change of keys was not finished. */
export const folderKeyWithNew = async (folder: string): Promise<string> => {
  const kept = await folderKey(folder)
  if (kept.includes(',')) return kept
  const keys = `${newKey()},${kept}`
  await writeFolderKey(folder, keys)
  return keys
}

/** Written whole under another name first: a crash leaves no half key under which nothing would ever open again. */
export const writeFolderKey = async (folder: string, keys: string): Promise<void> => {
  const path = join(folder, KEY_FILE)
  const draft = `${path}.${process.pid}`
  await writeFile(draft, `${keys}\n`, { mode: 0o600, flush: true })
  await rename(draft, path)
}

const newKey = (): string => randomBytes(KEY_BYTES).toString('base64')

const missing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error
  return undefined
}
