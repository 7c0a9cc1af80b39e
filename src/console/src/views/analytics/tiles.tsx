import type { Analytics } from '../../api/types.ts'
import { useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import styles from './analytics.module.css'
import { words } from './words.ts'

/** The figures that are looked at first. */
export function Tiles ({ totals }: { totals: Analytics['totals'] }) {
  const t = useText(words)
  const format = useFormat()
  const { replyLatencyMs: reply } = totals
  const tiles: Array<[string, string] | [string, string, string | undefined]> = [
    [t.calls, format.number(totals.calls)],
    [t.talkTime, format.length(totals.talkSeconds)],
    [t.averageDuration, format.length(totals.averageDurationSeconds)],
    [t.reply, reply.p50 === 0 ? '–' : format.milliseconds(reply.p50), reply.p95 === 0 ? undefined : t.replyHint(format.milliseconds(reply.p95))],
    [t.interruptions, format.number(totals.interruptions)],
    [t.hangUps, format.number(totals.hangUpsInFirst10Seconds)],
    [t.errors, format.number(totals.errors)]
  ]
  return (
    <dl className={styles['tiles']}>
      {tiles.map(([name, value, hint]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {hint !== undefined && <dd className={styles['tileHint']}>{hint}</dd>}
        </div>
      ))}
    </dl>
  )
}
