import { phones } from '../../api/phones.ts'
import { useChange, useCreate } from '../../api/resource.ts'
import type { Phone } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { SwitchField, TextField } from '../../components/field.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { withoutSpaces } from '../../i18n/phone-number.ts'
import { PhoneFields } from './phone-fields.tsx'
import { words } from './words.ts'

/** Adds a number, or changes one. */
export function PhoneDialog ({ phone, onAdded, onClose }: { phone: Phone | undefined, onAdded: (phone: Phone) => void, onClose: () => void }) {
  const t = useText(words)
  const create = useCreate(phones)
  const change = useChange(phones)
  const form = useForm({
    phoneNumber: phone?.phoneNumber ?? '',
    twilioAccountSid: phone?.twilioAccountSid ?? '',
    twilioAuthToken: '',
    isActive: phone?.isActive ?? true,
    overflowUrl: phone?.overflowUrl ?? ''
  }, async ({ phoneNumber, twilioAccountSid, twilioAuthToken, isActive, overflowUrl }) => {
    const overflow = overflowUrl.trim()
    const sid = twilioAccountSid.trim()
    const token = twilioAuthToken.trim()
    if (phone === undefined) onAdded(await create.mutateAsync({ phoneNumber: withoutSpaces(phoneNumber), twilioAccountSid: sid, twilioAuthToken: token, isActive, ...(overflow === '' ? {} : { overflowUrl: overflow }) }))
    else await change.mutateAsync({ id: phone._id, body: { twilioAccountSid: sid, isActive, overflowUrl: overflow === '' ? null : overflow, ...(token === '' ? {} : { twilioAuthToken: token }) } })
    onClose()
  })
  return (
    <Dialog open onClose={onClose} title={phone === undefined ? t.add : t.change}>
      <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.save}</Button>}>
        <PhoneFields field={form.field} isNew={phone === undefined} />
        <TextField field={form.field('overflowUrl')} label={t.overflow} hint={t.overflowHint} optional={t.optional} type='url' placeholder='https://' autoComplete='off' />
        <SwitchField field={form.field('isActive')} label={t.isActive} />
      </Form>
    </Dialog>
  )
}
