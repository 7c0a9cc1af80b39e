import { Stethoscope } from 'lucide-react'
import { useState } from 'react'
import type { Agent, Call, Phone } from '../../api/types.ts'
import { Button, ButtonLink } from '../../components/button.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { Card } from '../../components/page.tsx'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import { CheckDialog } from '../phones/check-dialog.tsx'
import { isMadeUp } from '../phones/made-up-number.ts'
import { BrowserCall } from '../talk/browser-call.tsx'
import { StandIns } from '../talk/stand-ins.tsx'
import styles from './setup.module.css'
import { words } from './words.ts'

/** The first call, from here or from any telephone, and its words. @param call the latest one from this browser, if there is one */
export function TalkStep ({ agent, phone, call }: { agent: Agent, phone: Phone, call: Call | undefined }) {
  const t = useText(words)
  const open = call === undefined ? <ButtonLink look='quiet' href='/calls'>{t.later}</ButtonLink> : <ButtonLink look='primary' href={`/calls/${call._id}`}>{t.open}</ButtonLink>
  const number = phoneNumberText(agent.phoneNumber)
  return (
    <>
      <StandIns />
      <Card title={t.talkTitle} description={t.talkHint} actions={open}><BrowserCall agent={agent} before={call?._id} /></Card>
      {isMadeUp(agent.phoneNumber)
        ? <Card title={t.realTitle} description={t.realHint(number)} actions={<ButtonLink href='/phones'>{t.realNumber}</ButtonLink>} />
        : <FromTelephone phone={phone} isWaiting={call === undefined} />}
    </>
  )
}

function FromTelephone ({ phone, isWaiting }: { phone: Phone, isWaiting: boolean }) {
  const t = useText(words)
  const [checking, setChecking] = useState(false)
  const isHttps = window.location.protocol === 'https:'
  return (
    <Card title={t.phoneTitle(phoneNumberText(phone.phoneNumber))} description={isHttps ? t.webhook : t.noHttps} actions={<Button icon={<Stethoscope />} onClick={() => setChecking(true)}>{t.check}</Button>}>
      {isHttps && <CopyField value={`${window.location.origin}/twilio/voice`} />}
      {isHttps && isWaiting && <p role='status' className={styles['wait']}><span className={styles['pulse']} aria-hidden />{t.waiting}</p>}
      {checking && <CheckDialog phone={phone} onClose={() => setChecking(false)} />}
    </Card>
  )
}
