import { useState } from 'react'
import { useLocation } from 'wouter'
import { useSendMessage } from '../../api/messages.ts'
import type { Phone } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { SelectField, TextArea, TextField } from '../../components/field.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText, withoutSpaces } from '../../i18n/phone-number.ts'
import { threadPath } from './ends.ts'
import { words } from './words.ts'

/** Writes to a number that there is no conversation with yet. */
export function NewMessage ({ phones, onClose }: { phones: Phone[], onClose: () => void }) {
  const t = useText(words)
  const [, navigate] = useLocation()
  const [key, setKey] = useState(() => crypto.randomUUID())
  const send = useSendMessage(['', ''])
  const form = useForm({ fromPhoneNumberId: phones[0]?._id ?? '', to: '', body: '' }, async (values) => {
    const { fromNumber, toNumber } = await send.mutateAsync({ ...values, to: withoutSpaces(values.to), key })
    onClose()
    navigate(threadPath(fromNumber, toNumber))
  }, () => setKey(crypto.randomUUID()))
  return (
    <Dialog open onClose={onClose} title={t.write}>
      <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.send}</Button>}>
        <SelectField field={form.field('fromPhoneNumberId')} label={t.from} options={phones.map(({ _id, phoneNumber }) => ({ value: _id, label: phoneNumberText(phoneNumber) }))} />
        <TextField field={form.field('to')} label={t.to} hint={t.toHint} type='tel' autoComplete='off' />
        <TextArea field={form.field('body')} label={t.body} rows={3} maxLength={1600} />
      </Form>
    </Dialog>
  )
}
