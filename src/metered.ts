import type { Llm, LlmRequest } from './llm/llm.ts'
import type { Providers } from './providers.ts'
import type { Stt } from './stt/stt.ts'
import { TTS_SAMPLE_RATE_HZ, type Tts } from './tts/tts.ts'
import { NOTHING, type Source, type Use, type UsageMeter } from './usage.ts'

/** Where the provider does not tell, as of a request that was aborted: OpenAI's rule of thumb for English (https://help.openai.com/en/articles/4936856). */
const CHARACTERS_PER_TOKEN = 4

/** Told of every use, beside the meter that comes with the request: of the whole process. */
export type Meter = Pick<UsageMeter, 'end'>

/** One server as requests see it. `model` is what it takes for a request that names none. */
type Server = Pick<Source, 'provider' | 'model'>

/** The same recogniser, telling how many seconds of speech it is sent. An aborted request counts: it was sent all the same. */
export const meteredStt = (stt: Stt, server: Server, meter: Meter): Stt => ({
  async transcribe (request, signal) {
    const use = useOf('stt', server, request.model)
    use.audioSeconds = request.pcm.length / request.sampleRateHz
    request.meter?.begin(use)
    try {
      return await stt.transcribe(request, signal)
    } catch (error) {
      if (!signal.aborted) Object.assign(use, NOTHING)
      throw error
    } finally {
      request.meter?.end(use)
      meter.end(use)
    }
  }
})

/** The same model, telling its tokens. */
export const meteredLlm = (llm: Llm, server: Server, meter: Meter): Llm => ({
  stream (request, signal) {
    const use = useOf('llm', server, request.model)
    use.inputTokens = Math.ceil(textOf(request).length / CHARACTERS_PER_TOKEN)
    let characters = 0
    return metered(llm.stream(request, signal), use, request.meter, meter, signal, (event) => {
      if (event.type === 'usage') {
        use.inputTokens = event.inputTokens
        use.outputTokens = event.outputTokens
      } else {
        characters += event.type === 'text' ? event.text.length : event.name.length + event.arguments.length
        use.outputTokens = Math.ceil(characters / CHARACTERS_PER_TOKEN)
      }
    })
  }
})

/** The same voice, telling how much text it is given and how much speech it makes. */
export const meteredTts = (tts: Tts, server: Server, meter: Meter): Tts => ({
  synthesize (request, signal) {
    const use = useOf('tts', server, request.model)
    use.characters = request.text.length
    return metered(tts.synthesize(request, signal), use, request.meter, meter, signal, (pcm) => { use.audioSeconds += pcm.length / TTS_SAMPLE_RATE_HZ })
  }
})

/** All three stages of one server. */
export const meteredProviders = ({ stt, llm, tts }: Providers, server: Server, meter: Meter): Providers =>
  ({ stt: meteredStt(stt, server, meter), llm: meteredLlm(llm, server, meter), tts: meteredTts(tts, server, meter) })

/** The same model, for requests that this meter is to be told of. */
export const llmOnBehalfOf = (llm: Llm, meter: UsageMeter, callSid?: string): Llm => ({ stream: (request, signal) => llm.stream({ ...request, meter, callSid }, signal) })

/** The same providers, for requests that this meter is to be told of, and the log with the call's id. */
export const onBehalfOf = ({ stt, llm, tts }: Providers, meter: UsageMeter, callSid?: string): Providers => ({
  stt: { transcribe: async (request, signal) => await stt.transcribe({ ...request, meter, callSid }, signal) },
  llm: llmOnBehalfOf(llm, meter, callSid),
  tts: { synthesize: (request, signal) => tts.synthesize({ ...request, meter, callSid }, signal) }
})

const useOf = (stage: Use['stage'], { provider, model }: Server, asked: string): Use => ({ ...NOTHING, stage, provider, model: asked || model, requests: 1 })

/** Hands a stream on and notes its items. What a provider refused or could not begin costs nothing. */
async function * metered<Item> (source: AsyncIterable<Item>, use: Use, callMeter: UsageMeter | undefined, meter: Meter, signal: AbortSignal, note: (item: Item) => void): AsyncGenerator<Item, void, undefined> {
  let begun = false
  callMeter?.begin(use)
  try {
    for await (const item of source) {
      begun = true
      note(item)
      yield item
    }
  } catch (error) {
    if (!begun && !signal.aborted) Object.assign(use, NOTHING)
    throw error
  } finally {
    callMeter?.end(use)
    meter.end(use)
  }
}

const textOf = ({ messages, tools = [] }: LlmRequest): string => JSON.stringify([messages.map(({ content }) => content), tools])
