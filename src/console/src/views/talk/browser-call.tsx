import type { Agent } from '../../api/types.ts'
import { useText } from '../../i18n/language.ts'
import { LiveTranscript } from '../calls/live-transcript.tsx'
import { Phone, useMeters } from './phone.tsx'
import styles from './phone.module.css'
import { usePhone } from './use-phone.ts'
import { words } from './words.ts'

/** A telephone to an agent, and beside it what is said, as it is said. @param before a call to show until another is made */
export function BrowserCall ({ agent, before }: { agent: Agent, before?: string | undefined }) {
  const t = useText(words)
  const meters = useMeters()
  const phone = usePhone(agent._id, meters.show)
  const shown = phone.callId ?? before
  return (
    <div className={styles['columns']}>
      <Phone name={agent.name} phone={phone} meters={meters} />
      <div className={styles['beside']}>{shown === undefined ? <p>{t.wordsAppear}</p> : <LiveTranscript key={shown} id={shown} />}</div>
    </div>
  )
}
