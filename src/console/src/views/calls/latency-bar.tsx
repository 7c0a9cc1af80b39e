import { useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import { stagesOf } from './latency.ts'
import styles from './detail.module.css'
import { words } from './words.ts'

/** The time from the end of the caller's words to the reply's first sound, by what it was spent on. */
export function LatencyBar ({ latency }: { latency: Record<string, number> }) {
  const t = useText(words)
  const format = useFormat()
  const { totalMs, stages } = stagesOf(latency)
  if (totalMs === undefined) return null
  const named = stages.map(({ stage, ms }) => ({ stage, ms, text: `${t[stage]} ${format.milliseconds(ms)}` }))
  return (
    <div className={styles['latency']} title={named.map(({ text }) => text).join(' · ')}>
      <span className={styles['bar']} role='img' aria-label={named.map(({ text }) => text).join(', ')}>
        {named.map(({ stage, ms }) => <span key={stage} className={styles[stage]} style={{ flexGrow: ms }} />)}
      </span>
      <span>{t.answered(format.milliseconds(totalMs))}</span>
    </div>
  )
}
