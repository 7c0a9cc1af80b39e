import closeWithGrace from 'close-with-grace'
import { systemClock } from './clock.ts'
import { ConfigError, loadConfig, type Config } from './config.ts'
import { EarshotError } from './errors.ts'
import { openGateway, type Gateway } from './gateway.ts'
import { createLog } from './log.ts'
import { LoopDelay } from './loop-delay.ts'

/** What is left to do after the last call, when the drain time is over. */
const CLOSE_MS = 10_000

try {
  await run(loadConfig())
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof EarshotError)) throw error
  console.error(`Earshot cannot start.\n${error.message}`)
  process.exit(1)
}

/** The process: opens the gateway, listens, and on a signal lets the calls end before it closes. */
async function run (config: Config): Promise<void> {
  const log = await createLog(config)
  const loop = new LoopDelay(systemClock, config.MAX_LOOP_DELAY_MS)
  const open: { gateway?: Gateway } = {}

  // Before anything that may take its time: the first process of a container ends on no signal that it does not handle.
  closeWithGrace({ delay: config.DRAIN_MS + CLOSE_MS, logger: false }, async ({ signal, err }) => {
    if (err === undefined) log.info({ signal }, 'shutting down')
    else log.fatal({ err }, 'shutting down after an error')
    await open.gateway?.close(config.DRAIN_MS)
    loop.close()
  })

  const gateway = open.gateway = await openGateway(config, { clock: systemClock, log, say: (sentence) => log.info(sentence), overloaded: () => loop.tooLate })

  await gateway.app.listen({ host: config.HOST, port: config.PORT })
  if (config.METRICS_PORT !== undefined) await gateway.metricsApp?.listen({ host: config.HOST, port: config.METRICS_PORT })
  log.info({ bootMs: Math.round(performance.now()) }, 'Earshot is up')
  if (config.PUBLIC_URL === undefined) log.warn('PUBLIC_URL is not set: Twilio cannot reach this gateway')
  // Loaded now rather than in the first call, where somebody waits.
  await Promise.all([import('./stt/openai.ts'), import('./llm/openai.ts'), import('./tts/openai.ts')])
}
