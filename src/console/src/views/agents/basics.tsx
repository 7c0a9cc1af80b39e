import type { Phone } from '../../api/types.ts'
import { SelectField, SwitchField, TextArea, TextField, type FieldOf } from '../../components/field.tsx'
import { Card, Pair } from '../../components/page.tsx'
import { language, useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import type { AgentValues } from './agent-values.ts'
import { Templates } from './template-buttons.tsx'
import { words } from './words.ts'

export type AgentField = <Name extends keyof AgentValues & string>(name: Name) => FieldOf<AgentValues[Name]>

/** BCP 47 codes that the recognisers and voices of OpenAI's routes know well. */
const LANGUAGES = ['en', 'es', 'fr', 'de', 'it', 'pt', 'pt-BR', 'nl', 'pl', 'sv', 'da', 'nb', 'fi', 'cs', 'el', 'tr', 'uk', 'ar', 'he', 'hi', 'ja', 'ko', 'zh']

/** Who the agent is and what it says. */
export function Basics ({ field, numbers, isNew }: { field: AgentField, numbers: Phone[], isNew: boolean }) {
  const t = useText(words)
  const shown = language.use()
  const prompt = field('systemPrompt')
  const chosen = field('language')
  const names = new Intl.DisplayNames(shown, { type: 'language' })
  const codes = LANGUAGES.includes(chosen.value) || chosen.value === '' ? LANGUAGES : [chosen.value, ...LANGUAGES]
  return (
    <Card title={t.basics}>
      <Pair>
        <TextField field={field('name')} label={t.name} placeholder={t.namePlaceholder} autoComplete='off' />
        <SelectField field={field('phoneNumber')} label={t.phone} options={numbers.map(({ phoneNumber }) => ({ value: phoneNumber, label: phoneNumberText(phoneNumber) }))} />
      </Pair>
      {isNew && prompt.value === '' && <Templates onChoose={({ text }) => prompt.onChange(text)} />}
      <TextArea field={prompt} label={t.prompt} hint={t.promptHint} rows={7} />
      <TextArea field={field('greeting')} label={t.greeting} hint={t.greetingHint} optional={t.optional} placeholder={t.greetingPlaceholder} rows={2} />
      <Pair>
        <SelectField field={chosen} label={t.language} options={[{ value: '', label: t.anyLanguage }, ...codes.map((code) => ({ value: code, label: names.of(code) ?? code }))]} />
      </Pair>
      <SwitchField field={field('active')} label={t.isActive} hint={t.isActiveHint} />
    </Card>
  )
}
