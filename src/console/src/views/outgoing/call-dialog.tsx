import { useState } from 'react'
import { useLocation } from 'wouter'
import { prompts } from '../../api/prompts.ts'
import { useItems } from '../../api/resource.ts'
import { placeCall, type OutboundCall } from '../../api/scheduled-calls.ts'
import type { Phone } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { SelectField, TextArea, TextField } from '../../components/field.tsx'
import { tell } from '../../components/toasts.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { withoutSpaces } from '../../i18n/phone-number.ts'
import { words } from './words.ts'

type Kind = 'ai' | 'message' | 'bridge'

/** Places one call now, and shows it. */
export function CallDialog ({ phone, promptId = '', onClose }: { phone: Phone, promptId: string | undefined, onClose: () => void }) {
  const t = useText(words)
  const [, navigate] = useLocation()
  const { data: everyPrompt = [] } = useItems(prompts)
  // One wish, however often it is sent: a lost answer makes no second call.
  const [key, setKey] = useState(() => crypto.randomUUID())
  const form = useForm({ kind: 'ai' as Kind, to: '', promptId, message: '', bridgeTo: '' }, async (values) => {
    const call = await placeCall(wishOf(phone, values), key)
    tell(t.placed)
    navigate(`/calls/${call._id}`)
  }, () => setKey(crypto.randomUUID()))
  const { kind } = form.values
  return (
    <Dialog open onClose={onClose} title={t.callNow}>
      <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.call}</Button>}>
        <TextField field={form.field('to')} label={t.to} hint={t.toHint} type='tel' autoComplete='off' />
        <SelectField<Kind> field={form.field('kind')} label={t.callType} options={[{ value: 'ai', label: t.callTypeAi }, { value: 'message', label: t.callTypeNormal }, { value: 'bridge', label: t.callTypeBridge }]} />
        {kind === 'ai' && (
          <SelectField field={form.field('promptId')} label={t.prompt} options={[{ value: '', label: t.agentsOwn }, ...everyPrompt.filter(({ phoneNumberId }) => phoneNumberId === phone._id).map(({ _id, name }) => ({ value: _id, label: name }))]} />
        )}
        {kind === 'message' && <TextArea field={form.field('message')} label={t.message} rows={3} />}
        {kind === 'bridge' && <TextField field={form.field('bridgeTo')} label={t.bridgeTo} hint={t.toHint} type='tel' autoComplete='off' />}
      </Form>
    </Dialog>
  )
}

const wishOf = ({ _id }: Phone, { kind, to, promptId, message, bridgeTo }: { kind: Kind, to: string, promptId: string, message: string, bridgeTo: string }): OutboundCall => {
  const call = { fromPhoneNumberId: _id, to: withoutSpaces(to) }
  switch (kind) {
    case 'ai': return { ...call, callType: 'ai', ...(promptId === '' ? {} : { promptId }) }
    case 'message': return { ...call, callType: 'normal', message }
    case 'bridge': return { ...call, callType: 'normal', bridgeTo: withoutSpaces(bridgeTo) }
  }
}
