import { History, Trash2 } from 'lucide-react'
import { useLocation } from 'wouter'
import { agents } from '../../api/agents.ts'
import { useActivity, useLiveCall } from '../../api/call-events.ts'
import { useCall, useRemoveCall, useRestoreCall } from '../../api/calls.ts'
import { useItems } from '../../api/resource.ts'
import type { Call } from '../../api/types.ts'
import { Badge } from '../../components/badge.tsx'
import { ButtonLink, IconButton } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { useTellRemoval } from '../../components/use-removal.ts'
import { duration, useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import styles from './detail.module.css'
import { useEndReason } from './end-reason.ts'
import { Files } from './files.tsx'
import { LiveActions, Whisper } from './live-controls.tsx'
import { Transcript } from './transcript.tsx'
import { useOtherSide } from './use-other-side.ts'
import { useRecording } from './use-recording.ts'
import { answerers, words } from './words.ts'

/** One call with all that is known of it; a live one as it goes on. */
export function CallDetail ({ id }: { id: string }) {
  const query = useCall(id)
  useLiveCall(id, query.data?.status === 'active')
  return (
    <div className={styles['detail']}>
      <Loaded query={query}>
        {(call) => <Detail call={call} />}
      </Loaded>
    </div>
  )
}

function Detail ({ call }: { call: Call }) {
  const recording = useRecording(call)
  return (
    <>
      <Header call={call} />
      <Facts call={call} />
      <Files call={call} recording={recording} />
      <Transcript call={call} recording={recording} />
      {call.status === 'active' && <Whisper id={call._id} />}
    </>
  )
}

function Header ({ call }: { call: Call }) {
  const t = useText(words)
  const otherSide = useOtherSide()
  const { data: everyAgent = [] } = useItems(agents)
  const agent = everyAgent.find(({ _id }) => _id === call.agent_id)
  const activity = useActivity(call._id)
  return (
    <header className={styles['header']}>
      <div className={styles['title']}>
        <h2>{otherSide(call)}</h2>
        {call.status === 'active' && <Badge tone='good' live>{activity === undefined ? t.live : t.states[activity.state]}</Badge>}
        <p className={styles['sub']}>{call.direction === 'outgoing' ? t.outgoing : t.incoming}{agent !== undefined && ` ${t.withAgent(agent.name)}`}</p>
      </div>
      {call.status === 'active'
        ? <LiveActions call={call} />
        : (
          <div className={styles['actions']}>
            {agent !== undefined && call.transcript.some(({ role }) => role === 'user') && <ButtonLink icon={<History />} href={`/replay/${call._id}`}>{t.replay}</ButtonLink>}
            <Remove call={call} />
          </div>
          )}
    </header>
  )
}

function Remove ({ call: { _id: id, start_time: start } }: { call: Call }) {
  const t = useText(words)
  const format = useFormat()
  const told = useTellRemoval()
  const remove = useRemoveCall()
  const restore = useRestoreCall()
  const [, navigate] = useLocation()
  const act = (): void => {
    navigate('/calls')
    remove(id).then(() => told.removed(t.callOf(format.dateTime(start)), () => restore(id)), told.failed)
  }
  return <IconButton label={t.remove} icon={<Trash2 />} onClick={act} />
}

function Facts ({ call }: { call: Call }) {
  const t = useText(words)
  const format = useFormat()
  const reason = useEndReason()
  const answerer = useText(answerers)
  const facts: Array<[string, string | undefined]> = [
    [t.started, format.dateTime(call.start_time)],
    [t.length, call.duration_seconds === undefined ? undefined : duration(call.duration_seconds)],
    [t.ended, call.end_reason === undefined ? undefined : reason(call.end_reason)],
    [t.answeredBy, call.answered_by === undefined ? undefined : answerer[call.answered_by]],
    [t.reconnected, (call.resume_count ?? 0) === 0 ? undefined : t.times(call.resume_count ?? 0)]
  ]
  return (
    <dl className={styles['facts']}>
      {facts.map(([name, value]) => value !== undefined && <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  )
}
