import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type Test } from 'tap'
import { MODEL_PACKAGES } from '../../src/local-speech/model-packages.ts'
import { pipDownload } from '../../src/local-speech/pip.ts'

const [moonshine] = MODEL_PACKAGES

/** A machine on which only these commands are found. */
async function onlyCommands (t: Test, commands: Record<string, string>): Promise<string> {
  const folder = t.testdir(Object.fromEntries(Object.entries(commands).map(([name, script]) => [name, `#!/bin/sh\n${script}\n`])))
  for (const name of Object.keys(commands)) await chmod(join(folder, name), 0o755)
  const { PATH } = process.env
  process.env.PATH = folder
  t.teardown(() => { process.env.PATH = PATH })
  return folder
}

test('asks the first pip that answers for the wheel of the named platform, and for nothing it depends on', async (t) => {
  const folder = await onlyCommands(t, {
    python3: 'exit 1',
    pip3: `if [ "$1" = --version ]; then exit 0; fi\necho "$@" > "${t.testdirName}/asked"`
  })
  t.equal(await pipDownload(moonshine!, '/some/folder'), join('/some/folder', moonshine!.wheel))
  const asked = (await readFile(join(folder, 'asked'), 'utf8')).trim()
  t.match(asked, /^download --no-deps --only-binary=:all: --platform manylinux_2_34_x86_64 /)
  t.match(asked, / --dest \/some\/folder moonshine-voice==0\.0\.73$/)
})

test('says that pip is missing, or pip\'s own last words', async (t) => {
  await onlyCommands(t, {})
  await t.rejects(pipDownload(moonshine!, '/some/folder'), { message: 'pip was not found' })
  await onlyCommands(t, { python3: 'if [ "$3" = --version ]; then exit 0; fi\necho "WARNING: trying again" >&2\necho "ERROR: No matching distribution" >&2\nexit 1' })
  await t.rejects(pipDownload(moonshine!, '/some/folder'), { message: 'ERROR: No matching distribution' })
})
