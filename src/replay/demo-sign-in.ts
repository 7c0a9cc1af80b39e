import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { EarshotError } from '../errors.ts'

const SignInSchema = Type.Object({ email: Type.String(), password: Type.String(), twilioAccountSid: Type.String(), twilioAuthToken: Type.String() })
const signIn = Compile(SignInSchema)

/** The demo's user and the credentials of its phone. */
export type DemoSignIn = Static<typeof SignInSchema>

/** Where the demo keeps everything: a folder of its own in DATA_DIR. */
export const demoFolder = (dataDir: string): string => join(dataDir, 'demo')

const fileIn = (folder: string): string => join(folder, 'sign-in.json')

/** The sign-in of the demo in this folder; undefined when there was none yet. @throws {EarshotError} `invalid` for a broken file */
export const readDemoSignIn = async (folder: string): Promise<DemoSignIn | undefined> => {
  const text = await readFile(fileIn(folder), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (signIn.Check(value)) return value
  } catch {}
  throw new EarshotError('invalid', `${fileIn(folder)} is broken; remove it to get a new sign-in.`)
}

/** As readDemoSignIn, but makes one when there is none: random, because the demo's console can be reached by whoever reaches this machine. */
export const demoSignIn = async (folder: string): Promise<DemoSignIn> => {
  const known = await readDemoSignIn(folder)
  if (known !== undefined) return known
  const made = {
    email: 'demo@example.com',
    password: randomBytes(9).toString('base64url'),
    twilioAccountSid: `AC${randomBytes(16).toString('hex')}`,
    twilioAuthToken: randomBytes(16).toString('hex')
  }
  await mkdir(folder, { recursive: true })
  await writeFile(fileIn(folder), JSON.stringify(made, undefined, 2), { mode: 0o600 })
  return made
}
