import { useMutation } from '@tanstack/react-query'
import { PhoneOff } from 'lucide-react'
import { agents } from '../../api/agents.ts'
import { useLiveCall } from '../../api/call-events.ts'
import { endCall, useCall } from '../../api/calls.ts'
import { useItems } from '../../api/resource.ts'
import type { Call } from '../../api/types.ts'
import { useApiMessage } from '../../components/api-message.ts'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { tell, tellFailure } from '../../components/toasts.tsx'
import { duration, useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import styles from './detail.module.css'
import { useEndReason } from './end-reason.ts'
import { otherNumber } from './other-number.ts'
import { Transcript } from './transcript.tsx'
import { words } from './words.ts'

/** One call with all that is known of it; a live one as it goes on. */
export function CallDetail ({ id }: { id: string }) {
  const query = useCall(id)
  useLiveCall(id, query.data?.status === 'active')
  return (
    <div className={styles['detail']}>
      <Loaded query={query}>
        {(call) => (
          <>
            <Header call={call} />
            <Facts call={call} />
            <Transcript call={call} />
          </>
        )}
      </Loaded>
    </div>
  )
}

function Header ({ call }: { call: Call }) {
  const t = useText(words)
  const { data: everyAgent = [] } = useItems(agents)
  const agent = everyAgent.find(({ _id }) => _id === call.agent_id)
  return (
    <header className={styles['header']}>
      <div className={styles['title']}>
        <h2>{otherNumber(call) || t.unknown}</h2>
        {call.status === 'active' && <Badge tone='good' live>{t.live}</Badge>}
        <p className={styles['sub']}>{call.direction === 'outgoing' ? t.outgoing : t.incoming}{agent !== undefined && ` ${t.withAgent(agent.name)}`}</p>
      </div>
      {call.status === 'active' && <EndButton id={call._id} />}
    </header>
  )
}

function EndButton ({ id }: { id: string }) {
  const t = useText(words)
  const message = useApiMessage()
  const end = useMutation({ mutationFn: () => endCall(id), onSuccess: () => tell(t.ending), onError: (error) => tellFailure(message(error)) })
  return <Button look='danger' icon={<PhoneOff />} busy={end.isPending} onClick={() => end.mutate()}>{t.end}</Button>
}

function Facts ({ call }: { call: Call }) {
  const t = useText(words)
  const format = useFormat()
  const reason = useEndReason()
  const facts: Array<[string, string | undefined]> = [
    [t.started, format.dateTime(call.start_time)],
    [t.length, call.duration_seconds === undefined ? undefined : duration(call.duration_seconds)],
    [t.ended, call.end_reason === undefined ? undefined : reason(call.end_reason)],
    [t.reconnected, (call.resume_count ?? 0) === 0 ? undefined : t.times(call.resume_count ?? 0)]
  ]
  return (
    <dl className={styles['facts']}>
      {facts.map(([name, value]) => value !== undefined && <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  )
}
