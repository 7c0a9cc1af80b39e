import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PLACES = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where Chromium is; undefined: nowhere that we know of. */
export const chromiumPath = PLACES.find((path) => path !== undefined && existsSync(path))

/** For `skip`: why tests in a browser cannot run here, else false. */
export const noBrowser = chromiumPath === undefined ? 'Chromium is not installed (apt-get install chromium, or its path in CHROMIUM)' : false

/** A browser whose microphone plays a WAV file over and over, and that asks nobody whether it may. */
export const openBrowser = async (microphoneWav?: string): Promise<Browser> => {
  if (chromiumPath === undefined) throw new Error('Chromium is not installed.')
  return await chromium.launch({
    executablePath: chromiumPath,
    args: [
      // As root, which containers run as, the sandbox does not start.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      ...(microphoneWav === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphoneWav}`])
    ]
  })
}
