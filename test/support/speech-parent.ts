// A process that starts the local speech server and then does nothing: node --import=tsx test/support/speech-parent.ts MODELS_DIR
import { systemClock } from '../../src/clock.ts'
import { startLocalSpeech } from '../../src/local-speech/child.ts'

const log = { info: () => {}, warn: () => {} }
const { baseUrl } = await startLocalSpeech({ modelsDir: process.argv[2] ?? '', clock: systemClock, log })
console.log(baseUrl)
setInterval(() => {}, 60_000)
