import { phones } from '../../api/phones.ts'
import { useCreate } from '../../api/resource.ts'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/page.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { withoutSpaces } from '../../i18n/phone-number.ts'
import { PhoneFields } from '../phones/phone-fields.tsx'
import { words } from './words.ts'

export function NumberStep () {
  const t = useText(words)
  const create = useCreate(phones)
  const form = useForm({ phoneNumber: '', twilioAccountSid: '', twilioAuthToken: '' }, (values) => create.mutateAsync({
    phoneNumber: withoutSpaces(values.phoneNumber),
    twilioAccountSid: values.twilioAccountSid.trim(),
    twilioAuthToken: values.twilioAuthToken.trim()
  }))
  return (
    <Card title={t.numberTitle} description={t.numberHint}>
      <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.saveNumber}</Button>}>
        <PhoneFields field={form.field} isNew />
      </Form>
    </Card>
  )
}
