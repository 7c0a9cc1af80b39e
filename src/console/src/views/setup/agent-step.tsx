import { agents } from '../../api/agents.ts'
import { useProviders } from '../../api/providers.ts'
import { useCreate } from '../../api/resource.ts'
import type { Phone } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { TextArea, TextField } from '../../components/field.tsx'
import { Card } from '../../components/page.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { language, useText } from '../../i18n/language.ts'
import { templates } from '../agents/templates.ts'
import { Templates } from '../agents/template-buttons.tsx'
import { words as agentWords } from '../agents/words.ts'
import { words } from './words.ts'

export function AgentStep ({ phone: { phoneNumber } }: { phone: Phone }) {
  const t = useText(words)
  const labels = useText(agentWords)
  const { receptionist } = useText(templates)
  const spoken = language.use()
  const { data: providers } = useProviders()
  // What stands in for providers knows English only, and would understand nothing of an agent in another language.
  const standsIn = providers?.stt === 'local' || providers?.tts === 'local'
  const create = useCreate(agents)
  const form = useForm({ name: receptionist.name, systemPrompt: receptionist.text, greeting: '' }, (values) => create.mutateAsync({ ...values, phoneNumber, ...(standsIn ? {} : { language: spoken }) }))
  return (
    <Card title={t.agentTitle} description={t.agentHint}>
      <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.saveAgent}</Button>}>
        <Templates onChoose={({ name, text }) => { form.field('name').onChange(name); form.field('systemPrompt').onChange(text) }} />
        <TextField field={form.field('name')} label={labels.name} autoComplete='off' />
        <TextArea field={form.field('systemPrompt')} label={labels.prompt} hint={labels.promptHint} rows={6} />
        <TextArea field={form.field('greeting')} label={labels.greeting} hint={labels.greetingHint} optional={labels.optional} placeholder={labels.greetingPlaceholder} rows={1} />
      </Form>
    </Card>
  )
}
