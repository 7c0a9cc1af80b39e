import { prompts } from '../../api/prompts.ts'
import { useChange, useCreate } from '../../api/resource.ts'
import type { Phone, Prompt } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { SelectField, TextArea, TextField } from '../../components/field.tsx'
import { Pair } from '../../components/page.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import { words } from './words.ts'

interface PromptDialogProps {
  prompt: Prompt | undefined
  numbers: Phone[]
  /** The number that a new prompt is for, where that is known. */
  phoneId?: string
  onClose: () => void
}

/** Makes a prompt, or changes one. */
export function PromptDialog ({ prompt, numbers, phoneId, onClose }: PromptDialogProps) {
  const t = useText(words)
  const create = useCreate(prompts)
  const change = useChange(prompts)
  const form = useForm({
    name: prompt?.name ?? '',
    phoneNumberId: prompt?.phoneNumberId ?? phoneId ?? numbers[0]?._id ?? '',
    category: prompt?.category ?? 'general',
    description: prompt?.description ?? '',
    content: prompt?.content ?? ''
  }, async ({ description, ...values }) => {
    if (prompt === undefined) await create.mutateAsync({ ...values, ...(description === '' ? {} : { description }) })
    else await change.mutateAsync({ id: prompt._id, body: { ...values, description: description === '' ? null : description } })
    onClose()
  })
  return (
    <Dialog open onClose={onClose} wide title={prompt === undefined ? t.add : t.change}>
      <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.save}</Button>}>
        <Pair>
          <TextField field={form.field('name')} label={t.name} placeholder={t.namePlaceholder} autoComplete='off' />
          <SelectField field={form.field('phoneNumberId')} label={t.phone} options={numbers.map(({ _id, phoneNumber }) => ({ value: _id, label: phoneNumberText(phoneNumber) }))} />
        </Pair>
        <TextArea field={form.field('content')} label={t.content} hint={t.contentHint} rows={6} />
        <Pair>
          <TextField field={form.field('category')} label={t.category} autoComplete='off' />
          <TextField field={form.field('description')} label={t.about} optional={t.optional} autoComplete='off' />
        </Pair>
      </Form>
    </Dialog>
  )
}
