import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { OpenAiOptions } from './openai.ts'
import { resilientLlm } from './llm/resilient.ts'
import type { Llm } from './llm/llm.ts'
import { meteredLlm, meteredStt, meteredTts, type Meter } from './metered.ts'
import { once } from './once.ts'
import type { AttemptFailure, ResilienceOptions } from './resilience.ts'
import { resilientStt } from './stt/resilient.ts'
import type { Stt } from './stt/stt.ts'
import { resilientTts } from './tts/resilient.ts'
import type { Tts } from './tts/tts.ts'

export interface Providers { stt: Stt, llm: Llm, tts: Tts }

export type ProviderStage = keyof Providers

export interface ProviderDeps {
  clock: Clock
  /** Address of the local speech server's routes, as soon as it answers. */
  localSpeechUrl: () => Promise<string>
  /** Told of every attempt that failed. */
  onFailure: (stage: ProviderStage, failure: AttemptFailure) => void
  /** Told what every request has cost. */
  meter: Meter
}

/** Whom to ask, and what for when the agent does not say. */
interface Server {
  /** What it is called where its use is counted. */
  provider: string
  model: string
  options: () => Promise<OpenAiOptions>
}

const OPENAI_URL = 'https://api.openai.com/v1'
const PREFIX = { stt: 'STT', llm: 'LLM', tts: 'TTS' } as const

/** Whether there is a stage that the local speech server serves. */
export const needsLocalSpeech = (config: Config): boolean => (['stt', 'llm', 'tts'] as const).some((stage) => isLocal(config, stage))

/**
 * Recognition, language model and voice as the configuration names them, with deadline, retry and fallback. The SDK is loaded, and the
 * local speech server waited for, at the first request: a process that has just started answers before either is there.
 */
export function createProviders (config: Config, { clock, localSpeechUrl, onFailure, meter }: ProviderDeps): Providers {
  const resilience = (stage: ProviderStage): ResilienceOptions => ({
    clock,
    timeoutMs: config[`${PREFIX[stage]}_TIMEOUT_MS`],
    onFailure: (failure) => onFailure(stage, failure)
  })
  const stt = (server: Server) => meteredStt(lazyStt(async () => (await import('./stt/openai.ts')).openAiStt(await server.options())), server, meter)
  const llm = (server: Server) => meteredLlm(lazyLlm(async () => (await import('./llm/openai.ts')).openAiLlm(await server.options())), server, meter)
  const tts = (server: Server, voice: string) => meteredTts(lazyTts(async () => (await import('./tts/openai.ts')).openAiTts({ ...await server.options(), voice })), server, meter)

  const local: Server = { provider: 'local', model: 'local', options: async () => ({ baseUrl: await localSpeechUrl(), apiKey: '', model: 'local' }) }
  const first = (stage: ProviderStage): Server => primary(config, stage) ?? local
  const second = { stt: fallback(config, 'stt'), llm: fallback(config, 'llm'), tts: fallback(config, 'tts') }
  return {
    stt: resilientStt(stt(first('stt')), second.stt && stt(second.stt), resilience('stt')),
    llm: resilientLlm(llm(first('llm')), second.llm && llm(second.llm), resilience('llm')),
    tts: resilientTts(tts(first('tts'), config.TTS_VOICE), second.tts && tts(second.tts, config.TTS_FALLBACK_VOICE ?? config.TTS_VOICE), resilience('tts'))
  }
}

/** Whether a stage has neither a key nor an address, and is served by the local speech server. */
export function isLocal (config: Config, stage: ProviderStage): boolean {
  return config[`${PREFIX[stage]}_BASE_URL`] === undefined && (config[`${PREFIX[stage]}_API_KEY`] ?? config.OPENAI_API_KEY) === undefined
}

/** Undefined: the local speech server. */
function primary (config: Config, stage: ProviderStage): Server | undefined {
  if (isLocal(config, stage)) return undefined
  const prefix = PREFIX[stage]
  return serverAt({
    baseUrl: config[`${prefix}_BASE_URL`] ?? OPENAI_URL,
    apiKey: config[`${prefix}_API_KEY`] ?? config.OPENAI_API_KEY ?? '',
    model: config[`${prefix}_MODEL`]
  })
}

function fallback (config: Config, stage: ProviderStage): Server | undefined {
  const prefix = PREFIX[stage]
  const baseUrl = config[`${prefix}_FALLBACK_BASE_URL`]
  const apiKey = config[`${prefix}_FALLBACK_API_KEY`]
  const model = config[`${prefix}_FALLBACK_MODEL`]
  if (baseUrl === undefined && apiKey === undefined && model === undefined) return undefined
  return serverAt({ baseUrl: baseUrl ?? OPENAI_URL, apiKey: apiKey ?? config.OPENAI_API_KEY ?? '', model: model ?? config[`${prefix}_MODEL`] })
}

const serverAt = (options: OpenAiOptions): Server => ({ provider: new URL(options.baseUrl).host, model: options.model, options: async () => options })

function lazyStt (load: () => Promise<Stt>): Stt {
  const loaded = once(load)
  return { transcribe: async (request, signal) => await (await loaded()).transcribe(request, signal) }
}

function lazyLlm (load: () => Promise<Llm>): Llm {
  const loaded = once(load)
  return { stream: (request, signal) => deferred(async () => (await loaded()).stream(request, signal)) }
}

function lazyTts (load: () => Promise<Tts>): Tts {
  const loaded = once(load)
  return { synthesize: (request, signal) => deferred(async () => (await loaded()).synthesize(request, signal)) }
}

/** A stream that is opened when it is first asked for an item. */
function deferred<T> (open: () => Promise<AsyncIterable<T>>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator] () {
      let items: AsyncIterator<T> | undefined
      return {
        next: async () => await (items ??= (await open())[Symbol.asyncIterator]()).next(),
        return: async (value) => await items?.return?.(value) ?? { done: true, value }
      }
    }
  }
}
