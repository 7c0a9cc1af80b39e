import { join } from 'node:path'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { buildApp } from './app.ts'
import { buildMetricsApp } from './health.ts'
import { CallArchive } from './archive/call-archive.ts'
import { RetentionWorker } from './archive/retention.ts'
import { Phrases } from './call/phrases.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { EarshotError } from './errors.ts'
import { meteredProviders } from './metered.ts'
import { createMetrics, usageMeter } from './metrics.ts'
import { phraseFiles } from './phrase-files.ts'
import { createProviders, needsLocalSpeech, type Providers } from './providers.ts'
import { openSafeFetch } from './safe-fetch.ts'
import { Scheduler } from './scheduler/scheduler.ts'
import { Dialler } from './outbound/dialler.ts'
import { Answerer } from './sms/answerer.ts'
import { Messenger } from './sms/messenger.ts'
import { CallJournal } from './store/call-journal.ts'
import { backlogOf } from './store/backlog.ts'
import { openStores } from './store/open.ts'
import type { Stores } from './store/stores.ts'
import { callActivityRounds } from './twilio/call-activity.ts'
import { callCommandRounds } from './twilio/call-commands.ts'
import type { CallTracer } from './tracing/tracer.ts'
import { LiveCalls } from './twilio/live-calls.ts'
import type { MediaStreamDeps } from './twilio/media-stream.ts'
import type { StreamRecorder } from './twilio/stream-recorder.ts'
import { Reaper } from './twilio/reaper.ts'
import { TwilioRest } from './twilio/rest.ts'
import { UnsavedCalls } from './twilio/unsaved-calls.ts'
import { AgentWarmer } from './twilio/warm-agents.ts'
import { EnergyVad } from './vad/energy.ts'
import { SileroVad } from './vad/silero.ts'
import type { Vad } from './vad/vad.ts'
import { announcedStores } from './webhooks/announced-stores.ts'
import { Announcer } from './webhooks/announcer.ts'
import { WebhookSender } from './webhooks/sender.ts'
import { WebhookWorker } from './webhooks/worker.ts'

/** How long the records of calls that were ended with the process may take to be stored. */
const SAVE_MS = 5000

export interface GatewayOptions {
  clock: Clock
  log: FastifyBaseLogger
  /** Told, in sentences for a person, how the fetching of the local speech server's models goes. */
  say: (sentence: string) => void
  /** These replace what the configuration names: simulated providers, those of a tape, stores that keep virtual time. */
  providers?: Providers
  stores?: Stores
  rest?: TwilioRest
  phrases?: Phrases
  recorder?: StreamRecorder
  /** Whether the process has no time for further calls. */
  overloaded?: () => boolean
}

/** A whole gateway that does not listen yet. */
export interface Gateway {
  app: FastifyInstance
  /** The server of METRICS_PORT, where that is set. It does not listen yet either. */
  metricsApp: FastifyInstance | undefined
  /** What a media stream needs that does not come over the app's socket. */
  deps: MediaStreamDeps
  archive: CallArchive
  /** Resolves when speech can be recognised and made. @throws {EarshotError} when the local speech server cannot be had; says what to do instead */
  speechReady: Promise<void>
  /** Lets live calls go on for at most `graceMs`, then closes all of it in the reverse order of its making. */
  close (graceMs: number): Promise<void>
}

/** Opens everything the configuration asks for. Recognition and voice get ready meanwhile: the gateway can listen before they are. */
export async function openGateway (config: Config, { clock, log, say, ...given }: GatewayOptions): Promise<Gateway> {
  const opened = given.stores ?? await openStores({ mongodbUrl: config.MONGODB_URL, dataDir: config.DATA_DIR, fsync: config.DATA_FSYNC === 'on', encryptionKey: config.ENCRYPTION_KEY, clock })
  const announcer = new Announcer({ clock, stores: opened, log })
  const stores = announcedStores(opened, announcer)
  const journal = new CallJournal(join(config.DATA_DIR, 'journal'))
  await restoreCalls(journal, stores, log)
  const metrics = createMetrics()
  const liveCalls = new LiveCalls({ clock, maxCalls: config.MAX_CALLS, ...(given.overloaded && { overloaded: given.overloaded }) })
  const vad: Vad = config.VAD === 'silero' ? new SileroVad({ onFailure: (err) => log.error({ err }, 'VAD failed') }) : new EnergyVad()
  const localSpeech = given.providers === undefined && needsLocalSpeech(config) ? startLocalSpeech(config, { clock, log, say }) : undefined
  const speechReady = Promise.resolve(localSpeech).then(() => {})
  // Told to whoever waits for it; with nobody waiting it must not end the process.
  speechReady.catch(() => {})
  const meter = usageMeter(metrics)
  const providers = given.providers
    ? meteredProviders(given.providers, { provider: 'simulated', model: 'simulated' }, meter)
    : createProviders(config, {
      clock,
      localSpeechUrl: async () => (await localSpeech)?.baseUrl ?? '',
      onFailure: (stage, { provider, error, callSid }) => {
        metrics.providerErrors.inc({ stage, provider, code: error.code })
        log.warn({ err: error, stage, provider, callSid }, 'provider failed')
      },
      meter
    })
  const phrases = given.phrases ?? new Phrases(providers.tts, phraseFiles(join(config.DATA_DIR, 'phrases')))
  const warmer = new AgentWarmer(phrases, log)
  const safeFetch = openSafeFetch()
  const rest = given.rest ?? new TwilioRest(config.TWILIO_API_URL)
  const archive = new CallArchive({ dataDir: config.DATA_DIR, clock, calls: stores.calls, metrics, log })
  await archive.open()
  const tracer = await openTracer(config, clock, log)
  const deps = {
    config,
    clock,
    stores,
    vad,
    ...providers,
    phrases,
    warmer,
    fetch: safeFetch.fetch,
    tryWebSocket: safeFetch.tryWebSocket,
    rest,
    dialler: new Dialler({ config, clock, stores, rest, log }),
    messenger: new Messenger({ config, clock, stores, rest, log }),
    webhookSender: new WebhookSender({ clock, stores, fetch: safeFetch.fetch, log, metrics }),
    metrics,
    liveCalls,
    unsaved: new UnsavedCalls(),
    recorder: given.recorder ?? archive,
    ...(tracer && { tracer }),
    backlog: () => backlogOf(stores),
    log
  }
  const app = await buildApp(config, deps)
  const metricsApp = config.METRICS_PORT === undefined ? undefined : await buildMetricsApp(deps)
  const scheduler = new Scheduler(deps)
  const reaper = new Reaper(deps)
  const commands = callCommandRounds(deps)
  const activity = callActivityRounds(deps)
  const retention = new RetentionWorker({ dataDir: config.DATA_DIR, clock, stores, log })
  const answerer = new Answerer(deps)
  const webhookWorker = new WebhookWorker({ ...deps, announcer, sender: deps.webhookSender })
  // Not before its webhooks can be reached.
  app.addHook('onListen', () => {
    scheduler.start()
    reaper.start()
    commands.start()
    activity.start()
    retention.start()
    answerer.start()
    webhookWorker.start()
  })
  speechReady.then(() => warmer.warmAll(stores), () => {})
  return {
    app,
    metricsApp,
    deps,
    archive,
    speechReady,
    close: async (graceMs) => {
      await scheduler.stop()
      await reaper.stop()
      await retention.stop()
      await answerer.stop()
      await liveCalls.drain(graceMs, SAVE_MS)
      await commands.stop()
      await activity.stop()
      // What the database did not take until now waits for the next start on the disk.
      await journal.write(deps.unsaved.surrender()).catch((err: unknown) => { log.fatal({ err }, 'turns that were not stored are lost') })
      await app.close()
      await metricsApp?.close()
      await archive.settled()
      await webhookWorker.stop()
      await tracer?.close()
      await (await localSpeech?.catch(() => undefined))?.close()
      await phrases.close()
      await safeFetch.close()
      await vad.close()
      await stores.close()
    }
  }
}

async function restoreCalls (journal: CallJournal, stores: Stores, log: FastifyBaseLogger): Promise<void> {
  try {
    const calls = await journal.restore(stores.calls)
    if (calls > 0) log.warn({ calls }, 'stored what the last process could not')
  } catch (err) {
    log.error({ err }, 'what the last process could not store stays in the journal until the next start')
  }
}

/** Loaded only where somebody asks for traces: it takes longer than all the rest of the start. */
async function openTracer (config: Config, clock: Clock, log: FastifyBaseLogger): Promise<CallTracer | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers, OTEL_SERVICE_NAME: serviceName } = config
  if (endpoint === undefined) return undefined
  const { openOtlpTracer } = await import('./tracing/otlp.ts')
  return openOtlpTracer({ endpoint, headers, serviceName, clock, log })
}

async function startLocalSpeech (config: Config, { clock, log, say }: GatewayOptions) {
  try {
    const [{ ensureModels }, child] = await Promise.all([import('./local-speech/models.ts'), import('./local-speech/child.ts')])
    await ensureModels({ modelsDir: config.MODELS_DIR, say })
    return await child.startLocalSpeech({ modelsDir: config.MODELS_DIR, clock, log })
  } catch (error) {
    log.error({ err: error }, 'no local speech server')
    throw error instanceof EarshotError ? error : new EarshotError('internal', 'The local speech server did not start.', { cause: error })
  }
}
