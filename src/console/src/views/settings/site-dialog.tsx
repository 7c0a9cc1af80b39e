import { publishableKeys } from '../../api/publishable-keys.ts'
import { useChange, useCreate } from '../../api/resource.ts'
import type { Agent, PublishableKey } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { SelectField, SwitchField, TextArea, TextField } from '../../components/field.tsx'
import { Pair } from '../../components/page.tsx'
import { Form, useForm } from '../../components/use-form.tsx'
import { useText } from '../../i18n/language.ts'
import { words } from './site-words.ts'

const QUOTAS = ['callsPerDay', 'minutesPerDay', 'concurrentCalls', 'minutesPerCall'] as const

/** Makes a key for sites, or changes one. */
export function SiteDialog ({ site, agents, onClose }: { site: PublishableKey | undefined, agents: Agent[], onClose: () => void }) {
  const t = useText(words)
  const create = useCreate(publishableKeys)
  const change = useChange(publishableKeys)
  const quotaText = (name: typeof QUOTAS[number]): string => site === undefined ? '' : String(site.quota[name])
  const form = useForm({
    name: site?.name ?? '',
    agentId: site?.agentId ?? agents[0]?._id ?? '',
    origins: site?.origins.join('\n') ?? '',
    isActive: site?.isActive ?? true,
    'quota.callsPerDay': quotaText('callsPerDay'),
    'quota.minutesPerDay': quotaText('minutesPerDay'),
    'quota.concurrentCalls': quotaText('concurrentCalls'),
    'quota.minutesPerCall': quotaText('minutesPerCall')
  }, async ({ name, agentId, origins, isActive, ...quotas }) => {
    const quota = Object.fromEntries(QUOTAS.flatMap((one) => quotas[`quota.${one}`].trim() === '' ? [] : [[one, Number(quotas[`quota.${one}`])]]))
    const body = { name, agentId, isActive, origins: origins.split(/[\s,;]+/).filter((origin) => origin !== ''), quota }
    if (site === undefined) await create.mutateAsync(body)
    else await change.mutateAsync({ id: site._id, body })
    onClose()
  })
  return (
    <Dialog open onClose={onClose} title={site === undefined ? t.add : t.change}>
      <Form form={form} actions={<Button type='submit' look='primary' busy={form.busy}>{t.save}</Button>}>
        <TextField field={form.field('name')} label={t.name} placeholder={t.namePlaceholder} autoComplete='off' />
        <SelectField field={form.field('agentId')} label={t.agent} options={agents.map(({ _id, name }) => ({ value: _id, label: name }))} />
        <TextArea field={form.field('origins')} label={t.origins} hint={t.originsHint} rows={2} placeholder='https://www.example.com' spellCheck={false} />
        <Pair>
          {QUOTAS.map((one) => <TextField key={one} field={form.field(`quota.${one}`)} label={t[one]} placeholder={t.standard} inputMode='numeric' autoComplete='off' />)}
        </Pair>
        <SwitchField field={form.field('isActive')} label={t.isActive} />
      </Form>
    </Dialog>
  )
}
