/**
 * The local speech server: a process of its own, because a bad model file makes the native library end it, and because
 * eSpeak NG, which the voice is built on, is under the GPL. Started by child.ts with the models folder and a port.
 */
import { hasModels } from './models.ts'

/** What the server tells its parent, once. */
export type ServerReport = { kind: 'ready', port: number } | { kind: 'failed', message: string }

const [modelsDir = '', port = '0'] = process.argv.slice(2)

// The parent ends this process by closing the channel, also when it is killed itself. Ctrl-C reaches the whole group of
// processes, but live calls need their speech until the parent has drained them.
process.on('disconnect', () => process.exit())
process.on('SIGINT', () => {})

try {
  if (!await hasModels(modelsDir)) throw new Error(`The models in ${modelsDir} are missing or damaged. Fetch them with: npm run models`)
  // The engines load in threads of their own, while the routes' libraries load here.
  const { loadRecogniser, loadVoice } = await import('./engine.ts')
  const [recogniser, voice, { buildSpeechApp }] = await Promise.all([loadRecogniser(modelsDir), loadVoice(modelsDir), import('./app.ts')])
  const app = await buildSpeechApp(recogniser, voice)
  const address = await app.listen({ host: '127.0.0.1', port: Number(port) })
  report({ kind: 'ready', port: Number(new URL(address).port) })
} catch (error) {
  report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
  process.disconnect?.()
}

function report (message: ServerReport): void {
  process.send?.(message)
}
