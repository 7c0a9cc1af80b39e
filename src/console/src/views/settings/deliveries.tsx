import { RotateCw, Send } from 'lucide-react'
import type { Webhook, WebhookDelivery } from '../../api/types.ts'
import { useDeliver, useDeliveries } from '../../api/webhooks.ts'
import { useApiMessage } from '../../components/api-message.ts'
import { Badge } from '../../components/badge.tsx'
import { Button, IconButton } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { tell, tellFailure } from '../../components/toasts.tsx'
import { useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import styles from './settings.module.css'
import { words } from './webhook-words.ts'

const TONES = { pending: 'plain', delivered: 'good', failed: 'bad' } as const

/** What was sent to a webhook, and what became of it. */
export function Deliveries ({ webhook, onClose }: { webhook: Webhook, onClose: () => void }) {
  const t = useText(words)
  const message = useApiMessage()
  const query = useDeliveries(webhook._id)
  const deliver = useDeliver(webhook._id)
  const send = (deliveryId?: string) => deliver.mutate(deliveryId, {
    onSuccess: ({ status }) => deliveryId !== undefined ? tell(t.sentAgain) : status === 'delivered' ? tell(t.tested) : tellFailure(t.testFailed),
    onError: (error) => tellFailure(message(error))
  })
  return (
    <Dialog open onClose={onClose} wide title={t.log} description={webhook.url}>
      <Button icon={<Send />} busy={deliver.isPending} onClick={() => send()}>{t.test}</Button>
      <Loaded query={query}>
        {({ pages }) => {
          const all = pages.flatMap(({ deliveries }) => deliveries)
          if (all.length === 0) return <p>{t.noDeliveries}</p>
          return <ul className={styles['log']} aria-label={t.log}>{all.map((delivery) => <DeliveryRow key={delivery._id} delivery={delivery} onAgain={() => send(delivery._id)} />)}</ul>
        }}
      </Loaded>
      {query.hasNextPage && <Button look='quiet' onClick={() => query.fetchNextPage()}>{t.more}</Button>}
    </Dialog>
  )
}

function DeliveryRow ({ delivery, onAgain }: { delivery: WebhookDelivery, onAgain: () => void }) {
  const t = useText(words)
  const format = useFormat()
  const { type, status, created_at: at, attempts, responseStatus, responseMs, error, nextAttemptAt } = delivery
  const about = [
    format.dateTime(at),
    t.attempts(attempts),
    responseStatus === undefined ? undefined : `HTTP ${responseStatus}`,
    responseMs === undefined ? undefined : format.milliseconds(responseMs),
    error,
    status === 'pending' && nextAttemptAt !== undefined ? t.next(format.dateTime(nextAttemptAt)) : undefined
  ].filter((one) => one !== undefined)
  return (
    <li className={styles['logRow']}>
      <Badge tone={TONES[status]}>{t[status]}</Badge>
      <code>{type}</code>
      {status === 'pending' ? <span /> : <IconButton label={t.again} icon={<RotateCw />} onClick={onAgain} />}
      <small>{about.join(' · ')}</small>
    </li>
  )
}
