import { useMutation } from '@tanstack/react-query'
import { ArrowLeft, Play } from 'lucide-react'
import { useState } from 'react'
import { agents } from '../../api/agents.ts'
import { useCall } from '../../api/calls.ts'
import { replayCall, type ToolCall } from '../../api/chat.ts'
import { useChange, useItems } from '../../api/resource.ts'
import type { Agent } from '../../api/types.ts'
import { useApiMessage } from '../../components/api-message.ts'
import { Button, ButtonLink } from '../../components/button.tsx'
import { TextArea } from '../../components/field.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card, Page } from '../../components/page.tsx'
import { tell, tellFailure } from '../../components/toasts.tsx'
import { useText } from '../../i18n/language.ts'
import { ToolCalls } from '../talk/tool-calls.tsx'
import styles from './replay.module.css'
import { words } from './words.ts'

/** What the agent would say today to the words of an old call, beside what it said. */
export default function Replay ({ id }: { id: string }) {
  const t = useText(words)
  const call = useCall(id)
  const everyAgent = useItems(agents)
  return (
    <Page title={t.title} description={t.description} actions={<ButtonLink href={`/calls/${id}`} icon={<ArrowLeft />}>{t.back}</ButtonLink>}>
      <Loaded query={call}>
        {({ agent_id: agentId }) => (
          <Loaded query={everyAgent}>
            {(every) => {
              const agent = every.find(({ _id }) => _id === agentId)
              return agent === undefined ? <p>{t.removed}</p> : <Trial id={id} agent={agent} />
            }}
          </Loaded>
        )}
      </Loaded>
    </Page>
  )
}

function Trial ({ id, agent }: { id: string, agent: Agent }) {
  const t = useText(words)
  const message = useApiMessage()
  const change = useChange(agents)
  const [prompt, setPrompt] = useState(agent.systemPrompt)
  const isOther = prompt !== agent.systemPrompt
  const replay = useMutation({ mutationFn: () => replayCall(id, isOther ? { systemPrompt: prompt } : {}) })
  const keep = () => change.mutate({ id: agent._id, body: { systemPrompt: prompt } }, { onSuccess: () => tell(t.kept(agent.name)), onError: (error) => tellFailure(message(error)) })
  return (
    <>
      <Card title={t.prompt(agent.name)}>
        <TextArea field={{ name: 'systemPrompt', value: prompt, onChange: setPrompt }} label={t.instructions} hint={t.hint} rows={5} />
        <div className={styles['actions']}>
          <Button look='primary' icon={<Play />} busy={replay.isPending} disabled={prompt.trim() === ''} onClick={() => replay.mutate()}>{t.replay}</Button>
          {isOther && <Button busy={change.isPending} onClick={keep}>{t.keep}</Button>}
        </div>
        {replay.isPending && <p role='status'>{t.running}</p>}
        {replay.error !== null && <p role='alert' className={styles['problem']}>{message(replay.error)}</p>}
      </Card>
      {replay.data !== undefined && <Both {...replay.data} />}
    </>
  )
}

interface Answers { caller: string, then: string, now: string, toolCalls: ToolCall[] }

function Both ({ turns, complete }: { turns: Answers[], complete: boolean }) {
  const t = useText(words)
  return (
    <Card title={t.both} description={complete ? undefined : t.incomplete}>
      <ol className={styles['turns']} aria-label={t.both}>
        {turns.map(({ caller, then, now, toolCalls }, n) => (
          <li key={n}>
            <p className={styles['caller']}><span>{t.caller}</span>{caller}</p>
            <div className={styles['answers']}>
              <div><h3>{t.then}</h3><p className={styles['then']}>{then || t.nothing}</p></div>
              <div><h3>{t.now}</h3><ToolCalls calls={toolCalls} /><p className={styles['now']}>{now || t.nothing}</p></div>
            </div>
          </li>
        ))}
      </ol>
    </Card>
  )
}
