import { useMutation } from '@tanstack/react-query'
import { useChange, useCreate } from '../../api/resource.ts'
import type { Webhook } from '../../api/types.ts'
import { rotateSecret, webhooks } from '../../api/webhooks.ts'
import { useApiMessage } from '../../components/api-message.ts'
import { Button } from '../../components/button.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ChecksField, SwitchField, TextField } from '../../components/field.tsx'
import { tellFailure } from '../../components/toasts.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { words } from './webhook-words.ts'

const EVENTS = ['call.started', 'call.turn', 'call.ended', 'message.received', 'schedule.finished'] as const satisfies ReadonlyArray<Webhook['events'][number]>

/** Makes a webhook and shows its secret once, or changes one. */
export function WebhookDialog ({ webhook, onClose }: { webhook: Webhook | undefined, onClose: () => void }) {
  const t = useText(words)
  const message = useApiMessage()
  const create = useCreate(webhooks)
  const change = useChange(webhooks)
  const rotate = useMutation({ mutationFn: rotateSecret, onError: (error) => tellFailure(message(error)) })
  const form = useForm({ url: webhook?.url ?? '', events: webhook?.events ?? ['call.ended'], description: webhook?.description ?? '', active: webhook?.active ?? true }, async ({ description, ...values }) => {
    const about = description.trim()
    if (webhook === undefined) return await create.mutateAsync({ ...values, ...(about === '' ? {} : { description: about }) })
    await change.mutateAsync({ id: webhook._id, body: { ...values, description: about === '' ? null : about } })
    onClose()
  })
  const secret = create.data?.secret ?? rotate.data?.secret
  if (secret !== undefined) return <Dialog open onClose={onClose} title={t.secret} description={t.secretHint}><CopyField value={secret} /></Dialog>
  return (
    <Dialog open onClose={onClose} title={webhook === undefined ? t.add : t.change}>
      <Form
        form={form}
        actions={
          <>
            {webhook !== undefined && <Button title={t.rotateHint} busy={rotate.isPending} onClick={() => rotate.mutate(webhook._id)}>{t.rotate}</Button>}
            <Button type='submit' look='primary' busy={form.busy}>{t.save}</Button>
          </>
        }
      >
        <TextField field={form.field('url')} label={t.url} hint={t.urlHint} type='url' placeholder='https://' autoComplete='off' />
        <ChecksField field={form.field('events')} label={t.events} options={EVENTS.map((value) => ({ value, label: value }))} />
        <TextField field={form.field('description')} label={t.about} optional={t.optional} autoComplete='off' />
        <SwitchField field={form.field('active')} label={t.isActive} />
      </Form>
    </Dialog>
  )
}
