import { MessageSquareText, Pencil, Phone } from 'lucide-react'
import { Link } from 'wouter'
import { agents } from '../../api/agents.ts'
import { useItems } from '../../api/resource.ts'
import { ButtonLink } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card, Page } from '../../components/page.tsx'
import { useText } from '../../i18n/language.ts'
import { words as agentWords } from '../agents/words.ts'
import { BrowserCall } from './browser-call.tsx'
import { Chat } from './chat.tsx'
import { StandIns } from './stand-ins.tsx'
import styles from './talk.module.css'
import { words } from './words.ts'

/** An agent tried out: by voice through the browser, or in writing. */
export default function Talk ({ id, how = 'voice' }: { id: string, how: string | undefined }) {
  const t = useText(words)
  const { removed } = useText(agentWords)
  const query = useItems(agents)
  const agent = query.data?.find(({ _id }) => _id === id)
  return (
    <Page
      title={agent === undefined ? t.talk : t.talkTo(agent.name)}
      description={t.description}
      actions={agent !== undefined && <ButtonLink href={`/${agent.direction}/${id}`} icon={<Pencil />}>{t.change}</ButtonLink>}
    >
      <nav aria-label={t.ways} className={styles['ways']}>
        <Link href={`/talk/${id}`} aria-current={how === 'voice' ? 'page' : undefined}><Phone aria-hidden />{t.byVoice}</Link>
        <Link href={`/talk/${id}/chat`} aria-current={how === 'chat' ? 'page' : undefined}><MessageSquareText aria-hidden />{t.inWriting}</Link>
      </nav>
      <StandIns />
      <Loaded query={query}>
        {() => agent === undefined ? <p>{removed}</p> : <Card>{how === 'chat' ? <Chat agent={agent} /> : <BrowserCall agent={agent} />}</Card>}
      </Loaded>
    </Page>
  )
}
