import { useEffect, useRef } from 'react'
import type { Call, Turn } from '../../api/types.ts'
import { duration } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import styles from './detail.module.css'
import { LatencyBar } from './latency-bar.tsx'
import { words } from './words.ts'

/** What was said, in order; of a live call, as it is said. */
export function Transcript ({ call }: { call: Call }) {
  const t = useText(words)
  const live = call.status === 'active'
  const end = useRef<HTMLLIElement>(null)
  const count = call.transcript.length
  useEffect(() => {
    if (live) end.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' })
  }, [live, count])
  return (
    <section aria-label={t.transcript} className={styles['transcript']}>
      {/* A screen reader reads each turn of a live call once, as it comes. */}
      <ol aria-live={live ? 'polite' : 'off'} aria-relevant='additions'>
        {call.transcript.map((turn, n) => <TurnItem key={n} turn={turn} call={call} />)}
        <li ref={end} className={styles['end']} aria-hidden={!live && count > 0}>{live ? t.listening : count === 0 ? t.noWords : ''}</li>
      </ol>
    </section>
  )
}

function TurnItem ({ turn, call }: { turn: Turn, call: Call }) {
  const t = useText(words)
  const speaker = { user: call.direction === 'outgoing' ? t.callee : t.caller, assistant: t.agentSpeaker, system: t.note, tool: t.tool }[turn.role]
  const atSeconds = (new Date(turn.timestamp).getTime() - new Date(call.start_time).getTime()) / 1000
  return (
    <li className={`${styles['turn']} ${styles[turn.role]}`}>
      <p className={styles['speaker']}>
        {speaker} <time dateTime={turn.timestamp}>{duration(atSeconds)}</time>
        {turn.interrupted === true && <span> · {t.interrupted}</span>}
      </p>
      <p className={styles['text']}>{turn.text}</p>
      {turn.latency !== undefined && <LatencyBar latency={turn.latency} />}
    </li>
  )
}
