import { CalendarClock, CalendarX2, Play, Repeat, Trash2 } from 'lucide-react'
import { prompts } from '../../api/prompts.ts'
import { useItems } from '../../api/resource.ts'
import { scheduledCalls, series, useRunNow } from '../../api/scheduled-calls.ts'
import type { Phone, ScheduledCall } from '../../api/types.ts'
import { useApiMessage } from '../../components/api-message.ts'
import { Badge } from '../../components/badge.tsx'
import { IconButton } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card } from '../../components/page.tsx'
import { Row, Rows } from '../../components/rows.tsx'
import { tell, tellFailure } from '../../components/toasts.tsx'
import { useRemoval } from '../../components/use-removal.ts'
import { useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import styles from './schedules.module.css'
import { outcomes, words } from './words.ts'

const TONES = { pending: 'accent', completed: 'good', failed: 'bad' } as const

/** What is to be called from a number, and what became of it. */
export function Schedules ({ phone }: { phone: Phone }) {
  const t = useText(words)
  const query = useItems(scheduledCalls)
  return (
    <Card title={t.schedules}>
      <Loaded query={query}>
        {(items) => {
          const some = items.filter(({ fromPhoneNumberId }) => fromPhoneNumberId === phone._id)
          if (some.length === 0) return <p className={styles['none']}><CalendarClock aria-hidden />{t.noSchedules}</p>
          return <Rows label={t.schedules} flat>{some.map((schedule) => <Schedule key={schedule._id} schedule={schedule} />)}</Rows>
        }}
      </Loaded>
    </Card>
  )
}

function Schedule ({ schedule }: { schedule: ScheduledCall }) {
  const t = useText(words)
  const format = useFormat()
  const remove = useRemoval(scheduledCalls, (one) => format.dateTime(one.scheduledDateTime))
  const end = useRemoval(series, () => t.series)
  const message = useApiMessage()
  const run = useRunNow()
  const { data: everyPrompt = [] } = useItems(prompts)
  const { callType, toPhoneNumbers, scheduledDateTime, promptId, status, recurrence } = schedule
  const when = format.dateTime(scheduledDateTime)
  const about = [
    toPhoneNumbers.length === 1 ? phoneNumberText(toPhoneNumbers[0] ?? '') : t.numbers(toPhoneNumbers.length),
    everyPrompt.find(({ _id }) => _id === promptId)?.name ?? t[callType]
  ]
  return (
    <Row
      title={when}
      badges={<><Badge tone={TONES[status]}>{t[status]}</Badge>{recurrence !== undefined && <Badge><Repeat aria-hidden size={12} />{t.repeats}</Badge>}</>}
      detail={<>{about.join(' · ')}<Results schedule={schedule} /></>}
      actions={
        <>
          {status === 'pending' && <IconButton label={t.runNow(when)} icon={<Play />} onClick={() => run.mutate(schedule._id, { onSuccess: () => tell(t.running), onError: (error) => tellFailure(message(error)) })} />}
          {status === 'pending' && recurrence !== undefined && <IconButton label={t.endSeries(when)} icon={<CalendarX2 />} onClick={() => end(schedule)} />}
          <IconButton label={t.removeSchedule(when)} icon={<Trash2 />} onClick={() => remove(schedule)} />
        </>
      }
    />
  )
}

function Results ({ schedule: { results = [] } }: { schedule: ScheduledCall }) {
  const t = useText(words)
  const format = useFormat()
  const names = useText(outcomes)
  if (results.length === 0) return null
  return (
    <details className={styles['results']}>
      <summary>{t.results} ({results.length})</summary>
      <ul>
        {results.map(({ phoneNumber, outcome, reason, attempts = 0, nextAttemptAt }) => (
          <li key={phoneNumber}><span>{phoneNumberText(phoneNumber)}</span><span>{names[outcome]}{reason !== undefined && ` · ${reason}`}{attempts > 1 && ` · ${t.attempts(attempts)}`}{nextAttemptAt !== undefined && ` · ${t.nextAttempt(format.dateTime(nextAttemptAt))}`}</span></li>
        ))}
      </ul>
    </details>
  )
}
