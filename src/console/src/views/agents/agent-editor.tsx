import { ArrowLeft, AudioLines } from 'lucide-react'
import { useLocation, useSearchParams } from 'wouter'
import { agents } from '../../api/agents.ts'
import { phones } from '../../api/phones.ts'
import { useChange, useCreate, useItems } from '../../api/resource.ts'
import type { Agent, Phone } from '../../api/types.ts'
import { Button, ButtonLink } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { tell } from '../../components/toasts.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { agentChangeOf, newAgentOf, valuesOf } from './agent-values.ts'
import { Basics } from './basics.tsx'
import { Records } from './records.tsx'
import { Speech } from './speech.tsx'
import { words as toolWords } from './tool-words.ts'
import { Tools } from './tools.tsx'
import { TurnTaking } from './turn-taking.tsx'
import { words } from './words.ts'

interface EditorProps { id: string, direction: Agent['direction'] }

/** Makes an agent (id `new`), or changes one. */
export default function AgentEditor ({ id, direction }: EditorProps) {
  const t = useText(words)
  const numbers = useItems(phones)
  const query = useItems(agents)
  const agent = query.data?.find(({ _id }) => _id === id)
  const isNew = id === 'new'
  const title = isNew ? (direction === 'incoming' ? t.newIncoming : t.newOutgoing) : agent?.name ?? t[direction]
  return (
    <Page
      title={title}
      actions={
        <>
          <ButtonLink href={`/${direction}`} icon={<ArrowLeft />}>{t.back}</ButtonLink>
          {agent !== undefined && <ButtonLink href={`/talk/${id}`} icon={<AudioLines />}>{t.talkTo(agent.name)}</ButtonLink>}
        </>
      }
    >
      <Loaded query={numbers}>
        {(some) => (
          <Loaded query={query}>
            {() => agent === undefined && !isNew ? <p>{t.removed}</p> : <AgentForm agent={agent} direction={direction} numbers={some} />}
          </Loaded>
        )}
      </Loaded>
    </Page>
  )
}

function AgentForm ({ agent, direction, numbers }: { agent: Agent | undefined, direction: Agent['direction'], numbers: Phone[] }) {
  const t = useText(words)
  const { notJson } = useText(toolWords)
  const [, navigate] = useLocation()
  const [asked] = useSearchParams()
  const create = useCreate(agents)
  const change = useChange(agents)
  const form = useForm(valuesOf(agent, asked.get('number') ?? numbers[0]?.phoneNumber ?? ''), async (values) => {
    if (agent === undefined) navigate(`/${direction}/${(await create.mutateAsync(newAgentOf(values, direction, notJson)))._id}`)
    else await change.mutateAsync({ id: agent._id, body: agentChangeOf(values, notJson) })
    tell(t.saved)
  })
  return (
    <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{agent === undefined ? t.create : t.save}</Button>}>
      <Basics field={form.field} numbers={numbers} isNew={agent === undefined} />
      <Tools field={form.field} />
      <Records field={form.field} direction={direction} />
      <TurnTaking field={form.field} />
      <Speech field={form.field} />
    </Form>
  )
}
