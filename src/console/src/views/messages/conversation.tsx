import { BellOff, Send, Trash2 } from 'lucide-react'
import { useEffect, useState, type FormEvent } from 'react'
import { useChangeThread, useRemoveMessage, useRestoreMessage, useSendMessage, useThread, useThreads } from '../../api/messages.ts'
import type { Message, Phone } from '../../api/types.ts'
import { useApiMessage } from '../../components/api-message.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { SwitchField } from '../../components/field.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { useTellRemoval } from '../../components/use-removal.ts'
import { useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import { phoneNumberText } from '../../i18n/phone-number.ts'
import { endsOf } from './ends.ts'
import styles from './messages.module.css'
import { useOptedOut } from './use-opted-out.ts'
import { words } from './words.ts'

type Numbers = readonly [string, string]

/** What two numbers wrote to each other, the latest at the end, and the field to answer. */
export function Conversation ({ numbers, phones }: { numbers: Numbers, phones: Phone[] }) {
  const t = useText(words)
  const query = useThread(numbers)
  const { own, ownNumber, otherNumber } = endsOf(numbers, phones)
  const optedOut = useOptedOut()(ownNumber, otherNumber)
  return (
    <div className={styles['conversation']}>
      <header className={styles['header']}>
        <div>
          <h2>{phoneNumberText(otherNumber)}</h2>
          <p>{t.via(phoneNumberText(ownNumber))}</p>
        </div>
        <Answering ownNumber={ownNumber} otherNumber={otherNumber} />
      </header>
      <Loaded query={query}>
        {({ pages }) => (
          <>
            {query.hasNextPage && <Button look='quiet' onClick={() => query.fetchNextPage()}>{t.more}</Button>}
            <ol className={styles['messages']} aria-live='polite' aria-relevant='additions'>
              {pages.flatMap(({ messages }) => messages).reverse().map((message) => <MessageItem key={message._id} message={message} numbers={numbers} isOwn={message.fromNumber === ownNumber} />)}
            </ol>
          </>
        )}
      </Loaded>
      {optedOut ? <p className={styles['optedOut']}><BellOff aria-hidden />{t.optedOut(phoneNumberText(otherNumber))}</p> : own !== undefined && <Reply phone={own} numbers={numbers} to={otherNumber} />}
    </div>
  )
}

/** Whether the number's agent answers here; and says that what came in has been read. */
function Answering ({ ownNumber, otherNumber }: { ownNumber: string, otherNumber: string }) {
  const t = useText(words)
  const { data } = useThreads()
  const { mutate } = useChangeThread()
  const thread = data?.pages.flatMap(({ threads }) => threads).find(({ numbers }) => numbers.includes(ownNumber) && numbers.includes(otherNumber))
  const unread = thread?.unread === true
  useEffect(() => {
    if (unread) mutate({ number: ownNumber, otherNumber, read: true })
  }, [unread, mutate, ownNumber, otherNumber])
  if (thread === undefined) return null
  return <SwitchField field={{ name: 'smsReplies', value: thread.smsReplies, onChange: (smsReplies) => mutate({ number: ownNumber, otherNumber, smsReplies }) }} label={t.agentAnswers} hint={t.agentAnswersHint} />
}

function MessageItem ({ message, numbers, isOwn }: { message: Message, numbers: Numbers, isOwn: boolean }) {
  const t = useText(words)
  const format = useFormat()
  const told = useTellRemoval()
  const remove = useRemoveMessage(numbers)
  const restore = useRestoreMessage(numbers)
  const { _id: id, body, created_at: at, status, failure, media = [] } = message
  const isFailed = status === 'failed' || status === 'undelivered'
  return (
    <li className={isOwn ? styles['own'] : undefined}>
      {body !== '' && <p className={styles['text']}>{body}</p>}
      {media.length > 0 && <p className={styles['text']}>{t.attachments(media.length)}</p>}
      <p className={isFailed ? styles['failed'] : styles['meta']}>
        <time dateTime={at}>{format.dateTime(at)}</time>{isOwn && status !== undefined && ` · ${t[status]}`}{failure !== undefined && `: ${failure}`}
        <IconButton className={styles['remove']} label={t.remove(format.dateTime(at))} icon={<Trash2 />} onClick={() => { remove(id).then(() => told.removed(t.message, () => restore(id)), told.failed) }} />
      </p>
    </li>
  )
}

function Reply ({ phone, numbers, to }: { phone: Phone, numbers: Numbers, to: string }) {
  const t = useText(words)
  const message = useApiMessage()
  const send = useSendMessage(numbers)
  const [body, setBody] = useState('')
  const [key, setKey] = useState(() => crypto.randomUUID())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (body.trim() === '') return
    setBody('')
    setKey(crypto.randomUUID())
    send.mutate({ fromPhoneNumberId: phone._id, to, body, key }, { onError: () => { setBody(body); setKey(key) } })
  }
  return (
    <form className={styles['reply']} onSubmit={submit}>
      <label className='visually-hidden' htmlFor='reply'>{t.reply}</label>
      <textarea
        id='reply' value={body} placeholder={t.placeholder} rows={1} maxLength={1600}
        onChange={(event) => setBody(event.target.value)}
        onKeyDown={(event) => { if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event) }}
      />
      <Button type='submit' look='primary' icon={<Send />}>{t.send}</Button>
      {send.error !== null && <p role='alert' className={styles['problem']}>{message(send.error)}</p>}
    </form>
  )
}
