import { TextField, type FieldOf } from '../../components/field.tsx'
import { useText } from '../../i18n/language.ts'
import { words } from './words.ts'

/** What Twilio knows of a number. */
export function PhoneFields ({ field, isNew }: { field: (name: 'phoneNumber' | 'twilioAccountSid' | 'twilioAuthToken') => FieldOf<string>, isNew: boolean }) {
  const t = useText(words)
  return (
    <>
      <TextField field={field('phoneNumber')} label={t.number} hint={isNew ? t.numberHint : undefined} type='tel' autoComplete='off' disabled={!isNew} />
      <TextField field={field('twilioAccountSid')} label={t.accountSid} hint={t.accountSidHint} autoComplete='off' spellCheck={false} />
      <TextField field={field('twilioAuthToken')} label={t.authToken} hint={isNew ? t.authTokenHint : t.authTokenKept} type='password' autoComplete='off' />
    </>
  )
}
