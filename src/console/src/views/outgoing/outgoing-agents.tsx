import { AudioLines, Plus, Trash2 } from 'lucide-react'
import { Link } from 'wouter'
import { agents } from '../../api/agents.ts'
import { useItems } from '../../api/resource.ts'
import type { Phone } from '../../api/types.ts'
import { Badge } from '../../components/badge.tsx'
import { ButtonLink, IconButton, IconLink } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card } from '../../components/page.tsx'
import { Row, Rows } from '../../components/rows.tsx'
import { useRemoval } from '../../components/use-removal.ts'
import { useText } from '../../i18n/language.ts'
import { words } from './words.ts'

/** Who speaks when a number calls. */
export function OutgoingAgents ({ phone }: { phone: Phone }) {
  const t = useText(words)
  const query = useItems(agents)
  const remove = useRemoval(agents, ({ name }) => name)
  return (
    <Card title={t.agents} description={t.agentsHint} actions={<ButtonLink icon={<Plus />} href={`/outgoing/new?number=${encodeURIComponent(phone.phoneNumber)}`}>{t.newAgent}</ButtonLink>}>
      <Loaded query={query}>
        {(items) => {
          const some = items.filter(({ direction, phoneNumber }) => direction === 'outgoing' && phoneNumber === phone.phoneNumber)
          if (some.length === 0) return <p>{t.noAgents}</p>
          return (
            <Rows label={t.agents} flat>
              {some.map((agent) => (
                <Row
                  key={agent._id}
                  title={<Link href={`/outgoing/${agent._id}`}>{agent.name}</Link>}
                  badges={<Badge tone={agent.active ? 'good' : 'plain'}>{agent.active ? t.active : t.paused}</Badge>}
                  detail={agent.systemPrompt.slice(0, 120)}
                  actions={
                    <>
                      <IconLink label={t.talkTo(agent.name)} icon={<AudioLines />} href={`/talk/${agent._id}`} />
                      <IconButton label={t.removeAgent(agent.name)} icon={<Trash2 />} onClick={() => remove(agent)} />
                    </>
                  }
                />
              ))}
            </Rows>
          )
        }}
      </Loaded>
    </Card>
  )
}
