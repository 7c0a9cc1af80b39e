import { History } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { CallFilter } from '../../api/calls.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { useText } from '../../i18n/language.ts'
import { CallDetail } from './call-detail.tsx'
import { CallFilters } from './call-filters.tsx'
import { CallList } from './call-list.tsx'
import styles from './calls.module.css'
import { words } from './words.ts'

/** The calls, and the chosen one beside them; on a narrow screen one or the other. */
export default function Calls ({ id }: { id: string | undefined }) {
  const t = useText(words)
  const [filter, setFilter] = useState<CallFilter>({})
  useEffect(() => { document.title = `${t.title} · Earshot` }, [t])
  return (
    <div className={styles['split']} data-chosen={id !== undefined || undefined}>
      <section className={styles['list']} aria-labelledby='calls-heading'>
        <header className={styles['listHeader']}>
          <h1 id='calls-heading'>{t.title}</h1>
          <CallFilters filter={filter} onChange={setFilter} />
        </header>
        <CallList filter={filter} chosen={id} />
      </section>
      <div className={styles['detail']}>
        {id === undefined
          ? <div className={styles['choose']}><EmptyState icon={<History />} title={t.choose}>{t.chooseHint}</EmptyState></div>
          : <CallDetail key={id} id={id} />}
      </div>
    </div>
  )
}
