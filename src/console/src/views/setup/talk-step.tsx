import { useMutation } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import type { Agent, Call } from '../../api/types.ts'
import { ButtonLink, IconButton } from '../../components/button.tsx'
import { Card } from '../../components/page.tsx'
import { tell } from '../../components/toasts.tsx'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import { BrowserCall } from '../talk/browser-call.tsx'
import styles from './setup.module.css'
import { words } from './words.ts'

/** The first call, from here or from any telephone, and its words. @param call the latest one from this browser, if there is one */
export function TalkStep ({ agent, call }: { agent: Agent, call: Call | undefined }) {
  const t = useText(words)
  const webhook = `${window.location.origin}/twilio/voice`
  const copy = useMutation({ mutationFn: () => navigator.clipboard.writeText(webhook), onSuccess: () => tell(t.copied) })
  const open = call === undefined ? <ButtonLink look='quiet' href='/calls'>{t.later}</ButtonLink> : <ButtonLink look='primary' href={`/calls/${call._id}`}>{t.open}</ButtonLink>
  return (
    <>
      <Card title={t.talkTitle} description={t.talkHint} actions={open}><BrowserCall agent={agent} before={call?._id} /></Card>
      <Card title={t.phoneTitle(phoneNumberText(agent.phoneNumber))} description={t.webhook}>
        <div className={styles['address']}><code>{webhook}</code><IconButton label={t.copy} icon={<Copy />} onClick={() => copy.mutate()} /></div>
        {call === undefined && <p role='status' className={styles['wait']}><span className={styles['pulse']} aria-hidden />{t.waiting}</p>}
      </Card>
    </>
  )
}
