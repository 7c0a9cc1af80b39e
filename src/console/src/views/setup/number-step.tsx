import { AudioLines } from 'lucide-react'
import { phones } from '../../api/phones.ts'
import { useCreate } from '../../api/resource.ts'
import { useApiMessage } from '../../components/api-message.ts'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/page.tsx'
import { tellFailure } from '../../components/toasts.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { withoutSpaces } from '../../i18n/phone-number.ts'
import { PhoneFields } from '../phones/phone-fields.tsx'
import { madeUpPhone } from '../phones/made-up-number.ts'
import { words } from './words.ts'

export function NumberStep () {
  const t = useText(words)
  const message = useApiMessage()
  const create = useCreate(phones)
  const form = useForm({ phoneNumber: '', twilioAccountSid: '', twilioAuthToken: '' }, (values) => create.mutateAsync({
    phoneNumber: withoutSpaces(values.phoneNumber),
    twilioAccountSid: values.twilioAccountSid.trim(),
    twilioAuthToken: values.twilioAuthToken.trim()
  }))
  const withoutTwilio = () => create.mutate(madeUpPhone(), { onError: (error) => tellFailure(message(error)) })
  return (
    <>
      <Card title={t.numberTitle} description={<>{t.numberHint} <a href='https://console.twilio.com' target='_blank' rel='noreferrer'>{t.twilioConsole}</a></>}>
        <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.saveNumber}</Button>}>
          <PhoneFields field={form.field} isNew />
        </Form>
      </Card>
      <Card title={t.withoutTitle} description={t.withoutHint}>
        <p><Button icon={<AudioLines />} busy={create.isPending} onClick={withoutTwilio}>{t.without}</Button></p>
      </Card>
    </>
  )
}
