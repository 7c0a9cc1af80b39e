import { useMutation } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import type { Agent } from '../../api/types.ts'
import { ButtonLink, IconButton } from '../../components/button.tsx'
import { Card } from '../../components/page.tsx'
import { tell } from '../../components/toasts.tsx'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import styles from './setup.module.css'
import { words } from './words.ts'

/** Waits for the first call, and says how to make it. */
export function TalkStep ({ agent: { name, phoneNumber } }: { agent: Agent }) {
  const t = useText(words)
  const webhook = `${window.location.origin}/twilio/voice`
  const copy = useMutation({ mutationFn: () => navigator.clipboard.writeText(webhook), onSuccess: () => tell(t.copied) })
  return (
    <Card title={t.talkTitle} description={t.talkHint(name, phoneNumberText(phoneNumber))}>
      <p>{t.webhook}</p>
      <div className={styles['address']}><code>{webhook}</code><IconButton label={t.copy} icon={<Copy />} onClick={() => copy.mutate()} /></div>
      <div className={styles['wait']}>
        <p role='status'><span className={styles['pulse']} aria-hidden />{t.waiting}</p>
        <ButtonLink look='quiet' href='/calls'>{t.later}</ButtonLink>
      </div>
    </Card>
  )
}
