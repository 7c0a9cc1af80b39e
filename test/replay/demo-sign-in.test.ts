import { stat, writeFile } from 'node:fs/promises'
import { test } from 'tap'
import { demoFolder, demoSignIn, readDemoSignIn } from '../../src/replay/demo-sign-in.ts'

test('makes a sign-in once, that only its owner can read', async (t) => {
  const folder = demoFolder(t.testdir())
  t.equal(await readDemoSignIn(folder), undefined)
  const made = await demoSignIn(folder)
  t.ok(made.password.length >= 12)
  t.match(made.twilioAccountSid, /^AC[0-9a-f]{32}$/)
  t.same(await demoSignIn(folder), made)
  t.equal((await stat(`${folder}/sign-in.json`)).mode & 0o077, 0)
  await writeFile(`${folder}/sign-in.json`, '{}')
  await t.rejects(demoSignIn(folder), { code: 'invalid', message: /sign-in\.json is broken/ })
})
