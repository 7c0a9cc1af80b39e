import { useState } from 'react'
import { changePassword } from '../../api/settings.ts'
import { useSession } from '../../api/session.ts'
import { Button } from '../../components/button.tsx'
import { SelectField, TextField } from '../../components/field.tsx'
import { Card, Pair } from '../../components/page.tsx'
import { tell } from '../../components/toasts.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { language, useText } from '../../i18n/language.ts'
import { LANGUAGE_NAMES } from '../../shell/account.tsx'
import { theme } from '../../theme/theme.ts'
import styles from './settings.module.css'
import { words } from './words.ts'

/** How the console looks and speaks, and the account's password. */
export function General () {
  const t = useText(words)
  const { data: user } = useSession()
  const [changes, setChanges] = useState(0)
  return (
    <>
      <Card title={t.appearance}>
        <Pair>
          <SelectField field={{ name: 'theme', value: theme.use(), onChange: theme.set }} label={t.theme} options={[{ value: 'system', label: t.system }, { value: 'light', label: t.light }, { value: 'dark', label: t.dark }]} />
          <SelectField field={{ name: 'language', value: language.use(), onChange: language.set }} label={t.language} options={(['en', 'es'] as const).map((code) => ({ value: code, label: LANGUAGE_NAMES[code] }))} />
        </Pair>
      </Card>
      <Card title={t.password} description={user === undefined || user === null ? undefined : `${t.account} ${user.email}. ${t.passwordHint}`}>
        <PasswordForm key={changes} onDone={() => setChanges(changes + 1)} />
      </Card>
      <Card title={t.docsOf}>
        <p className={styles['links']}>
          <a href='/documentation' target='_blank' rel='noreferrer'>{t.docs}</a>
          <a href='/documentation/database' target='_blank' rel='noreferrer'>{t.database}</a>
        </p>
      </Card>
    </>
  )
}

function PasswordForm ({ onDone }: { onDone: () => void }) {
  const t = useText(words)
  const form = useForm({ currentPassword: '', newPassword: '' }, async (values) => {
    await changePassword(values)
    tell(t.passwordChanged)
    onDone()
  })
  return (
    <Form form={form} actions={<Button type='submit' busy={form.busy}>{t.changePassword}</Button>}>
      <Pair>
        <TextField field={form.field('currentPassword')} label={t.currentPassword} type='password' autoComplete='current-password' />
        <TextField field={form.field('newPassword')} label={t.newPassword} hint={t.newPasswordHint} type='password' autoComplete='new-password' />
      </Pair>
    </Form>
  )
}
