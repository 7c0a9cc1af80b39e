import { MessageSquare, Phone as PhoneIcon, SquarePen } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { useThreads, type Thread } from '../../api/messages.ts'
import { phones } from '../../api/phones.ts'
import { useItems } from '../../api/resource.ts'
import type { Phone } from '../../api/types.ts'
import { Badge } from '../../components/badge.tsx'
import { Button, ButtonLink, IconButton } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Split } from '../../components/split.tsx'
import { useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import { Conversation } from './conversation.tsx'
import { endsOf, threadPath } from './ends.ts'
import styles from './messages.module.css'
import { NewMessage } from './new-message.tsx'
import { useOptedOut } from './use-opted-out.ts'
import { words } from './words.ts'

interface MessagesProps { ownNumber: string | undefined, otherNumber: string | undefined }

/** Text messages by number pair, and the chosen conversation beside them. */
export default function Messages ({ ownNumber, otherNumber }: MessagesProps) {
  const t = useText(words)
  const numbers = useItems(phones)
  const [writing, setWriting] = useState(false)
  const chosen = ownNumber !== undefined && otherNumber !== undefined
  useEffect(() => { document.title = `${t.title} · Earshot` }, [t])
  return (
    <Loaded query={numbers}>
      {(every) => (
        <>
          <Split
            title={t.title}
            isChosen={chosen}
            actions={every.length > 0 && <IconButton label={t.write} icon={<SquarePen />} onClick={() => setWriting(true)} />}
            list={<Threads phones={every} chosen={otherNumber} onWrite={() => setWriting(true)} />}
            back={{ href: '/messages', label: t.back }}
          >
            {chosen
              ? <Conversation key={`${ownNumber} ${otherNumber}`} numbers={[ownNumber, otherNumber]} phones={every} />
              : <EmptyState icon={<MessageSquare />} title={t.choose}>{t.chooseHint}</EmptyState>}
          </Split>
          {writing && <NewMessage phones={every} onClose={() => setWriting(false)} />}
        </>
      )}
    </Loaded>
  )
}

function Threads ({ phones, chosen, onWrite }: { phones: Phone[], chosen: string | undefined, onWrite: () => void }) {
  const t = useText(words)
  const query = useThreads()
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const threads = pages.flatMap((page) => page.threads)
        if (threads.length === 0) {
          return phones.length === 0
            ? <EmptyState icon={<PhoneIcon />} title={t.none} action={<ButtonLink look='primary' href='/phones'>{t.addPhone}</ButtonLink>}>{t.noPhoneHint}</EmptyState>
            : <EmptyState icon={<MessageSquare />} title={t.none} action={<Button look='primary' onClick={onWrite}>{t.write}</Button>}>{t.noneHint}</EmptyState>
        }
        return (
          <>
            <ul aria-label={t.list}>{threads.map((thread) => <ThreadRow key={thread.numbers.join()} thread={thread} phones={phones} chosen={chosen} />)}</ul>
            {query.hasNextPage && <Button look='quiet' onClick={() => query.fetchNextPage()}>{t.more}</Button>}
          </>
        )
      }}
    </Loaded>
  )
}

function ThreadRow ({ thread, phones, chosen }: { thread: Thread, phones: Phone[], chosen: string | undefined }) {
  const t = useText(words)
  const format = useFormat()
  const { ownNumber, otherNumber } = endsOf(thread.numbers, phones)
  const { body, direction, fromNumber } = thread.lastMessage
  const optedOut = useOptedOut()(ownNumber, otherNumber)
  const isOwn = direction === 'outgoing' || fromNumber === ownNumber
  return (
    <li>
      <Link href={threadPath(ownNumber, otherNumber)} className={styles['thread']} aria-current={otherNumber === chosen ? 'true' : undefined}>
        <span className={styles['number']}>{phoneNumberText(otherNumber)}{thread.unread && <span className={styles['unread']}><span className='visually-hidden'>{t.unread}</span></span>}{optedOut && <Badge tone='warn'>{t.optedOutShort}</Badge>}</span>
        <time dateTime={thread.lastMessageAt}>{format.short(thread.lastMessageAt)}</time>
        <span className={styles['preview']}>{isOwn && `${t.you}: `}{body}</span>
      </Link>
    </li>
  )
}
