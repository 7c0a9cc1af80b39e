// Fetches the local speech server's models and checks them: npm run models
import { loadConfig } from '../src/config.ts'
import { EarshotError } from '../src/errors.ts'
import { ensureModels } from '../src/local-speech/models.ts'

const { MODELS_DIR: modelsDir } = loadConfig()
try {
  await ensureModels({ modelsDir, say: (sentence) => console.log(sentence) })
  console.log(`The models in ${modelsDir} are complete.`)
} catch (error) {
  if (!(error instanceof EarshotError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
