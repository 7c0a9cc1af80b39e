import { Play } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useActivity } from '../../api/call-events.ts'
import type { Call, Turn } from '../../api/types.ts'
import { duration } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import styles from './detail.module.css'
import { LatencyBar } from './latency-bar.tsx'
import type { useRecording } from './use-recording.ts'
import { words } from './words.ts'

type Recording = Pick<ReturnType<typeof useRecording>, 'parts' | 'playing' | 'seek'>

/** What was said, in order; of a live call, as it is said. @param recording plays from a turn that is chosen, and shows the one that is heard */
export function Transcript ({ call, recording }: { call: Call, recording?: Recording }) {
  const t = useText(words)
  const live = call.status === 'active'
  const end = useRef<HTMLLIElement>(null)
  const count = call.transcript.length
  const { caller_words: callerWords = '', agent_words: agentWords = '' } = useActivity(call._id) ?? {}
  useEffect(() => {
    if (live) end.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' })
  }, [live, count, callerWords, agentWords])
  return (
    <section aria-label={t.transcript} className={styles['transcript']}>
      {/* A screen reader reads each turn of a live call once, as it comes. */}
      <ol aria-live={live ? 'polite' : 'off'} aria-relevant='additions'>
        {call.transcript.map((turn, n) => <TurnItem key={n} turn={turn} call={call} isPlaying={recording?.playing === n} onPlay={recording === undefined || recording.parts.length === 0 ? undefined : () => recording.seek(n)} />)}
        {live && callerWords !== '' && <Words who='user' call={call} text={callerWords} />}
        {live && agentWords !== '' && <Words who='assistant' call={call} text={agentWords} />}
        <li ref={end} className={styles['end']} aria-hidden={!live && count > 0}>{live ? t.listening : count === 0 ? t.noWords : ''}</li>
      </ol>
    </section>
  )
}

function TurnItem ({ turn, call, isPlaying, onPlay }: { turn: Turn, call: Call, isPlaying: boolean, onPlay: (() => unknown) | undefined }) {
  const t = useText(words)
  const speaker = useSpeaker(call, turn.role)
  const atSeconds = (new Date(turn.timestamp).getTime() - new Date(call.start_time).getTime()) / 1000
  const at = <time dateTime={turn.timestamp}>{duration(atSeconds)}</time>
  return (
    <li className={`${styles['turn']} ${styles[turn.role]}`} aria-current={isPlaying || undefined}>
      <p className={styles['speaker']}>
        {speaker} {onPlay === undefined ? at : <button type='button' onClick={onPlay} title={t.playFrom}><Play aria-hidden /><span className='visually-hidden'>{t.playFrom} </span>{at}</button>}
        {turn.interrupted === true && <span> · {t.interrupted}</span>}
      </p>
      <p className={styles['text']}>{turn.text}</p>
      {turn.latency !== undefined && <LatencyBar latency={turn.latency} />}
    </li>
  )
}

/** Words on their way to a turn. They may change: a screen reader reads them when they stand. */
function Words ({ who, call, text }: { who: 'user' | 'assistant', call: Call, text: string }) {
  const speaker = useSpeaker(call, who)
  return (
    <li className={`${styles['turn']} ${styles[who]} ${styles['partial']}`} aria-hidden>
      <p className={styles['speaker']}>{speaker}</p>
      <p className={styles['text']}>{text} …</p>
    </li>
  )
}

const useSpeaker = ({ direction }: Call, role: Turn['role']): string => {
  const t = useText(words)
  return { user: direction === 'outgoing' ? t.callee : t.caller, assistant: t.agentSpeaker, system: t.note, tool: t.tool }[role]
}
