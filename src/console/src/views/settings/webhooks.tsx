import { ListChecks, Pencil, Plus, Trash2, Webhook as WebhookIcon } from 'lucide-react'
import { useState } from 'react'
import { useItems } from '../../api/resource.ts'
import type { Webhook } from '../../api/types.ts'
import { webhooks } from '../../api/webhooks.ts'
import { Badge } from '../../components/badge.tsx'
import { Button, IconButton } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card } from '../../components/page.tsx'
import { Row, Rows } from '../../components/rows.tsx'
import { useRemoval } from '../../components/use-removal.ts'
import { useText } from '../../i18n/language.ts'
import { Deliveries } from './deliveries.tsx'
import { WebhookDialog } from './webhook-dialog.tsx'
import { words } from './webhook-words.ts'

/** Servers that are told what happens. */
export default function Webhooks () {
  const t = useText(words)
  const query = useItems(webhooks)
  const remove = useRemoval(webhooks, ({ url }) => url)
  const [open, setOpen] = useState<{ webhook: Webhook | undefined, show: 'form' | 'log' }>()
  const close = () => setOpen(undefined)
  const add = <Button look='primary' icon={<Plus />} onClick={() => setOpen({ webhook: undefined, show: 'form' })}>{t.add}</Button>
  return (
    <Card title={t.title} description={t.hint} actions={query.data?.length === 0 ? undefined : add}>
      <Loaded query={query}>
        {(items) => items.length === 0
          ? <EmptyState icon={<WebhookIcon />} title={t.none} action={add}>{t.noneHint}</EmptyState>
          : (
            <Rows label={t.title} flat>
              {items.map((webhook) => (
                <Row
                  key={webhook._id}
                  title={webhook.url}
                  badges={<Badge tone={webhook.active ? 'good' : 'plain'}>{webhook.active ? t.active : t.inactive}</Badge>}
                  detail={[webhook.description, webhook.events.join(', '), webhook.switchedOff].filter((one) => one !== undefined).join(' · ')}
                  actions={
                    <>
                      <IconButton label={t.showLog(webhook.url)} icon={<ListChecks />} onClick={() => setOpen({ webhook, show: 'log' })} />
                      <IconButton label={t.edit(webhook.url)} icon={<Pencil />} onClick={() => setOpen({ webhook, show: 'form' })} />
                      <IconButton label={t.remove(webhook.url)} icon={<Trash2 />} onClick={() => remove(webhook)} />
                    </>
                  }
                />
              ))}
            </Rows>
            )}
      </Loaded>
      {open?.show === 'form' && <WebhookDialog webhook={open.webhook} onClose={close} />}
      {open?.show === 'log' && open.webhook !== undefined && <Deliveries webhook={open.webhook} onClose={close} />}
    </Card>
  )
}
