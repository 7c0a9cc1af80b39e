import { History } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { CallFilter } from '../../api/calls.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { Split } from '../../components/split.tsx'
import { useText } from '../../i18n/language.ts'
import { CallDetail } from './call-detail.tsx'
import { CallFilters } from './call-filters.tsx'
import { CallList } from './call-list.tsx'
import { words } from './words.ts'

/** The calls, and the chosen one beside them. */
export default function Calls ({ id }: { id: string | undefined }) {
  const t = useText(words)
  const [filter, setFilter] = useState<CallFilter>({})
  useEffect(() => { document.title = `${t.title} · Earshot` }, [t])
  return (
    <Split
      title={t.title}
      isChosen={id !== undefined}
      actions={<CallFilters filter={filter} onChange={setFilter} />}
      list={<CallList filter={filter} chosen={id} />}
      back={{ href: '/calls', label: t.back }}
    >
      {id === undefined ? <EmptyState icon={<History />} title={t.choose}>{t.chooseHint}</EmptyState> : <CallDetail key={id} id={id} />}
    </Split>
  )
}
