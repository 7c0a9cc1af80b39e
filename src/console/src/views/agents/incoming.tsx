import { AudioLines, Phone, PhoneIncoming, Plus, Trash2 } from 'lucide-react'
import { Link } from 'wouter'
import { agents } from '../../api/agents.ts'
import { phones } from '../../api/phones.ts'
import { useItems } from '../../api/resource.ts'
import type { Agent } from '../../api/types.ts'
import { Badge } from '../../components/badge.tsx'
import { ButtonLink, IconButton, IconLink } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Page } from '../../components/page.tsx'
import { Row, Rows } from '../../components/rows.tsx'
import { useRemoval } from '../../components/use-removal.ts'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import { words } from './words.ts'

/** Who answers the phone. */
export default function IncomingAgents () {
  const t = useText(words)
  const numbers = useItems(phones)
  const query = useItems(agents)
  const add = <ButtonLink look='primary' icon={<Plus />} href='/incoming/new'>{t.add}</ButtonLink>
  return (
    <Page title={t.incoming} description={t.incomingDescription} actions={numbers.data?.length === 0 ? undefined : add}>
      <Loaded query={numbers}>
        {(some) => some.length === 0
          ? <EmptyState icon={<Phone />} title={t.noPhone} action={<ButtonLink look='primary' href='/phones'>{t.addPhone}</ButtonLink>}>{t.noPhoneHint}</EmptyState>
          : <Loaded query={query}>{(items) => <AgentRows items={items.filter(({ direction }) => direction === 'incoming')} />}</Loaded>}
      </Loaded>
    </Page>
  )
}

function AgentRows ({ items }: { items: Agent[] }) {
  const t = useText(words)
  const remove = useRemoval(agents, ({ name }) => name)
  if (items.length === 0) return <EmptyState icon={<PhoneIncoming />} title={t.none}>{t.noneHint}</EmptyState>
  return (
    <Rows label={t.incoming}>
      {items.map((agent) => (
        <Row
          key={agent._id}
          title={<Link href={`/incoming/${agent._id}`}>{agent.name}</Link>}
          badges={<Badge tone={agent.active ? 'good' : 'plain'}>{agent.active ? t.active : t.paused}</Badge>}
          detail={phoneNumberText(agent.phoneNumber)}
          actions={
            <>
              <IconLink label={t.talkTo(agent.name)} icon={<AudioLines />} href={`/talk/${agent._id}`} />
              <IconButton label={t.remove(agent.name)} icon={<Trash2 />} onClick={() => remove(agent)} />
            </>
          }
        />
      ))}
    </Rows>
  )
}
