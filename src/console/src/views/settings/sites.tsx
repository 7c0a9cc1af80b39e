import { Globe, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { agents } from '../../api/agents.ts'
import { publishableKeys } from '../../api/publishable-keys.ts'
import { useItems } from '../../api/resource.ts'
import type { PublishableKey } from '../../api/types.ts'
import { Badge } from '../../components/badge.tsx'
import { Button, ButtonLink, IconButton } from '../../components/button.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card } from '../../components/page.tsx'
import { Row, Rows } from '../../components/rows.tsx'
import { useRemoval } from '../../components/use-removal.ts'
import { useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import { SiteDialog } from './site-dialog.tsx'
import { words } from './site-words.ts'

/** Keys that open calls to an agent from other sites' pages. */
export default function Sites () {
  const t = useText(words)
  const query = useItems(publishableKeys)
  const speakers = useItems(agents)
  const [open, setOpen] = useState<PublishableKey | 'new'>()
  const add = <Button look='primary' icon={<Plus />} onClick={() => setOpen('new')}>{t.add}</Button>
  return (
    <Card title={t.title} description={t.hint} actions={query.data === undefined || query.data.length === 0 ? undefined : add}>
      <Loaded query={speakers}>
        {(every) => (
          <Loaded query={query}>
            {(keys) => every.length === 0
              ? <EmptyState icon={<Globe />} title={t.noAgent} action={<ButtonLink look='primary' href='/incoming/new'>{t.addAgent}</ButtonLink>}>{t.noAgentHint}</EmptyState>
              : keys.length === 0
                ? <EmptyState icon={<Globe />} title={t.none} action={add}>{t.noneHint}</EmptyState>
                : <Rows label={t.title} flat>{keys.map((key) => <Site key={key._id} site={key} agent={every.find(({ _id }) => _id === key.agentId)?.name} onEdit={() => setOpen(key)} />)}</Rows>}
          </Loaded>
        )}
      </Loaded>
      {open !== undefined && speakers.data !== undefined && <SiteDialog site={open === 'new' ? undefined : open} agents={speakers.data} onClose={() => setOpen(undefined)} />}
    </Card>
  )
}

function Site ({ site, agent, onEdit }: { site: PublishableKey, agent: string | undefined, onEdit: () => void }) {
  const t = useText(words)
  const format = useFormat()
  const remove = useRemoval(publishableKeys, ({ name }) => name)
  const { name, origins, isActive, usage, quota, embed } = site
  const about = [agent, origins.join(', '), t.used(format.number(usage.calls), format.number(quota.callsPerDay))].filter((one) => one !== undefined)
  return (
    <Row
      title={name}
      badges={<Badge tone={isActive ? 'good' : 'plain'}>{isActive ? t.active : t.paused}</Badge>}
      detail={<>{about.join(' · ')}<CopyField value={embed} /></>}
      actions={
        <>
          <IconButton label={t.edit(name)} icon={<Pencil />} onClick={onEdit} />
          <IconButton label={t.remove(name)} icon={<Trash2 />} onClick={() => remove(site)} />
        </>
      }
    />
  )
}
