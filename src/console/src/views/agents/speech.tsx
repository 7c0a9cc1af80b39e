import { TextField } from '../../components/field.tsx'
import { Card, Pair } from '../../components/page.tsx'
import { useText } from '../../i18n/language.ts'
import type { AgentField } from './basics.tsx'
import { words } from './words.ts'

/** https://platform.openai.com/docs/guides/text-to-speech#voice-options; other providers have their own. */
const VOICES = ['alloy', 'ash', 'ballad', 'coral', 'echo', 'fable', 'nova', 'onyx', 'sage', 'shimmer', 'verse']

/** What the agent hears, thinks and speaks with. */
export function Speech ({ field }: { field: AgentField }) {
  const t = useText(words)
  const plain = { placeholder: t.standard, autoComplete: 'off', spellCheck: false }
  return (
    <Card title={t.speech} description={t.speechHint}>
      <Pair>
        <TextField field={field('ttsVoice')} label={t.voice} list='voices' {...plain} />
        <TextField field={field('ttsModel')} label={t.ttsModel} {...plain} />
        <TextField field={field('sttModel')} label={t.sttModel} {...plain} />
        <TextField field={field('inferenceModel')} label={t.inferenceModel} {...plain} />
        <TextField field={field('temperature')} label={t.temperature} hint={t.temperatureHint} inputMode='decimal' {...plain} />
        <TextField field={field('maxTokens')} label={t.maxTokens} inputMode='numeric' {...plain} />
      </Pair>
      <datalist id='voices'>{VOICES.map((voice) => <option key={voice} value={voice} />)}</datalist>
    </Card>
  )
}
