import { PhoneIncoming, PhoneOutgoing } from 'lucide-react'
import { Link } from 'wouter'
import type { Call } from '../../api/types.ts'
import { Badge } from '../../components/badge.tsx'
import { duration, useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import styles from './calls.module.css'
import { useOtherSide } from './use-other-side.ts'
import { words } from './words.ts'

export function CallRow ({ call, agentName, chosen }: { call: Call, agentName: string | undefined, chosen: boolean }) {
  const t = useText(words)
  const otherSide = useOtherSide()
  const format = useFormat()
  const Direction = call.direction === 'outgoing' ? PhoneOutgoing : PhoneIncoming
  return (
    <Link href={`/calls/${call._id}`} className={styles['call']} aria-current={chosen ? 'true' : undefined}>
      <Direction role='img' aria-label={call.direction === 'outgoing' ? t.outgoing : t.incoming} aria-hidden={false} />
      <span className={styles['who']}>
        <span className={styles['number']}>{otherSide(call)}</span>
        <span className={styles['with']}>{agentName}</span>
      </span>
      <span className={styles['when']}>
        <time dateTime={call.start_time}>{format.short(call.start_time)}</time>
        {call.status === 'active' ? <Badge tone='good' live>{t.live}</Badge> : <span>{duration(call.duration_seconds ?? 0)}</span>}
      </span>
    </Link>
  )
}
