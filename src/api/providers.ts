import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Config } from '../config.ts'
import { isLocal, type ProviderStage } from '../providers.ts'
import type { ApiOptions } from './deps.ts'
import { replies } from './replies.ts'

const Served = (what: string) => Type.Enum(['local', 'connected'], { description: `${what}: by the speech server of this gateway, or by a provider that it is connected to` })

const Providers = Type.Object({
  stt: Served('How speech is recognised; the local server knows English only'),
  llm: Served('Who replies; in place of a language model the local server repeats what it hears'),
  tts: Served('How replies are spoken; the local server knows English only')
}, { title: 'Providers', additionalProperties: false })

const servedBy = (config: Config, stage: ProviderStage) => isLocal(config, stage) ? 'local' : 'connected'

/** What agents are heard, answered and spoken by. */
export const providerRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps: { config } }) => {
  app.get('/', {
    schema: { tags: ['Agents'], summary: 'Tell what providers are connected', description: 'Where a stage has no key and no address, the gateway’s own speech server stands in.', response: replies(200, { providers: Providers }) }
  }, async () => ({ success: true as const, providers: { stt: servedBy(config, 'stt'), llm: servedBy(config, 'llm'), tts: servedBy(config, 'tts') } as const }))
}
