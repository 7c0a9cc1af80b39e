import { KeyRound, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useItems } from '../../api/resource.ts'
import { apiKeys, useNewApiKey } from '../../api/settings.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card } from '../../components/page.tsx'
import { Row, Rows } from '../../components/rows.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useRemoval } from '../../components/use-removal.ts'
import { useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import { words } from './words.ts'

/** Keys for programs. */
export default function ApiKeys () {
  const t = useText(words)
  const format = useFormat()
  const query = useItems(apiKeys)
  const remove = useRemoval(apiKeys, ({ name }) => name)
  const [open, setOpen] = useState(false)
  const add = <Button look='primary' icon={<Plus />} onClick={() => setOpen(true)}>{t.newKey}</Button>
  return (
    <Card title={t.keys} description={<>{t.keysHint} <a href='/documentation' target='_blank' rel='noreferrer'>{t.docs}</a></>} actions={query.data?.length === 0 ? undefined : add}>
      <Loaded query={query}>
        {(keys) => keys.length === 0
          ? <EmptyState icon={<KeyRound />} title={t.noKeys} action={add}>{t.noKeysHint}</EmptyState>
          : (
            <Rows label={t.keys} flat>
              {keys.map((key) => (
                <Row
                  key={key._id}
                  title={key.name}
                  detail={[`${key.prefix}…`, key.lastUsedAt === undefined ? t.neverUsed : t.lastUsed(format.dateTime(key.lastUsedAt)), key.expiresAt === undefined ? undefined : t.expires(format.day(key.expiresAt))].filter((one) => one !== undefined).join(' · ')}
                  actions={<IconButton label={t.revoke(key.name)} icon={<Trash2 />} onClick={() => remove(key)} />}
                />
              ))}
            </Rows>
            )}
      </Loaded>
      {open && <NewKey onClose={() => setOpen(false)} />}
    </Card>
  )
}

function NewKey ({ onClose }: { onClose: () => void }) {
  const t = useText(words)
  const create = useNewApiKey()
  const form = useForm({ name: '', expiresAt: '' }, ({ name, expiresAt }) => create.mutateAsync({ name, ...(expiresAt === '' ? {} : { expiresAt: new Date(`${expiresAt}T00:00`).toISOString() }) }))
  if (create.data !== undefined) return <MadeKey secret={create.data.secret} onClose={onClose} />
  return (
    <Dialog open onClose={onClose} title={t.newKey}>
      <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.createKey}</Button>}>
        <TextField field={form.field('name')} label={t.keyName} placeholder={t.keyNamePlaceholder} autoComplete='off' />
        <TextField field={form.field('expiresAt')} label={t.expiresAt} optional={t.optional} type='date' />
      </Form>
    </Dialog>
  )
}

function MadeKey ({ secret, onClose }: { secret: string, onClose: () => void }) {
  const t = useText(words)
  return <Dialog open onClose={onClose} title={t.keyMade} description={t.keyMadeHint}><CopyField value={secret} /></Dialog>
}
