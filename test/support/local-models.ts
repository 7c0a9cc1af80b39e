import { ensureModels } from '../../src/local-speech/models.ts'

export const MODELS_DIR = '.models'

/** Fetches the local speech server's models where they are missing; otherwise says why the tests that need them cannot run. */
export async function missingModels (): Promise<string | false> {
  try {
    await ensureModels({ modelsDir: MODELS_DIR, say: () => {} })
    return false
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
