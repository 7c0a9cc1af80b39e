import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { systemClock } from './clock.ts'
import { ConfigError, loadConfig, type Config } from './config.ts'
import { EarshotError } from './errors.ts'
import type { LocalSpeech } from './local-speech/child.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { createProviders, needsLocalSpeech } from './providers.ts'
import { openStores } from './store/open.ts'
import { LiveCalls } from './twilio/live-calls.ts'
import { EnergyVad } from './vad/energy.ts'
import { SileroVad } from './vad/silero.ts'

/** What is left to do after the last call, when the drain time is over. */
const CLOSE_MS = 10_000

const clock = systemClock

try {
  await start(loadConfig())
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof EarshotError)) throw error
  console.error(`Earshot cannot start.\n${error.message}`)
  process.exit(1)
}

/** The process: opens what a gateway needs, listens, and on a signal lets the calls end before it closes all of it in reverse. */
async function start (config: Config): Promise<void> {
  const log = await createLog(config)
  const stores = await openStores({ mongodbUrl: config.MONGODB_URL, dataDir: config.DATA_DIR, encryptionKey: config.ENCRYPTION_KEY, clock })
  const metrics = createMetrics()
  const liveCalls = new LiveCalls({ clock, maxCalls: config.MAX_CALLS })
  const vad = config.VAD === 'silero' ? new SileroVad({ onFailure: (err) => log.error({ err }, 'VAD failed') }) : new EnergyVad()
  const localSpeech = needsLocalSpeech(config) ? startLocalSpeech() : undefined
  const providers = createProviders(config, {
    clock,
    localSpeechUrl: async () => (await localSpeech)?.baseUrl ?? noLocalSpeech(),
    onFailure: (stage, { provider, error }) => {
      metrics.providerErrors.inc({ stage, provider, code: error.code })
      log.warn({ err: error, stage, provider }, 'provider failed')
    }
  })
  const app = await buildApp(config, { clock, stores, vad, ...providers, log, metrics, liveCalls })

  closeWithGrace({ delay: config.DRAIN_MS + CLOSE_MS, logger: false }, async ({ signal, err }) => {
    if (err === undefined) log.info({ signal, liveCalls: liveCalls.live }, 'shutting down')
    else log.fatal({ err }, 'shutting down after an error')
    await liveCalls.drain(config.DRAIN_MS)
    await app.close()
    await (await localSpeech)?.close()
    await vad.close()
    await stores.close()
  })

  await app.listen({ host: config.HOST, port: config.PORT })
  log.info({ bootMs: Math.round(performance.now()) }, 'Earshot is up')
  if (config.PUBLIC_URL === undefined) log.warn('PUBLIC_URL is not set: Twilio cannot reach this gateway')
  // Loaded now rather than in the first call, where somebody waits.
  await Promise.all([import('./stt/openai.ts'), import('./llm/openai.ts'), import('./tts/openai.ts')])

  /** Undefined when it cannot be had; the log says what to do instead. */
  async function startLocalSpeech (): Promise<LocalSpeech | undefined> {
    try {
      const [{ ensureModels }, child] = await Promise.all([import('./local-speech/models.ts'), import('./local-speech/child.ts')])
      await ensureModels({ modelsDir: config.MODELS_DIR, say: (sentence) => log.info(sentence) })
      return await child.startLocalSpeech({ modelsDir: config.MODELS_DIR, clock, log })
    } catch (error) {
      log.error({ err: error }, 'no local speech server')
      return undefined
    }
  }
}

function noLocalSpeech (): never {
  throw new EarshotError('provider_rejected', 'The local speech server is not running.')
}
