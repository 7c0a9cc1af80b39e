// Encrypts every secret of the database anew: npm run rotate-keys
import { systemClock } from './clock.ts'
import { ConfigError, loadConfig } from './config.ts'
import { EarshotError } from './errors.ts'
import { rotateKeys } from './store/rotate-keys.ts'

try {
  const { MONGODB_URL: mongodbUrl, DATA_DIR: dataDir, ENCRYPTION_KEY: encryptionKey } = loadConfig()
  const renewals = await rotateKeys({ mongodbUrl, dataDir, encryptionKey, clock: systemClock })
  for (const [collection, { renewed, current, unreadable }] of renewals) {
    console.log(`${collection}: ${renewed} encrypted anew, ${current} under the first key already${unreadable === 0 ? '' : `, ${unreadable} that no key opens`}`)
  }
  if ([...renewals.values()].some(({ unreadable }) => unreadable > 0)) {
    console.error('Some secrets could not be opened: keep the old keys, and give the one that is missing.')
    process.exitCode = 1
  }
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof EarshotError)) throw error
  console.error(`The keys were not changed.\n${error.message}`)
  process.exitCode = 1
}
