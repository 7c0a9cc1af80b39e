import { Search, SlidersHorizontal } from 'lucide-react'
import { useEffect, useState } from 'react'
import { agents } from '../../api/agents.ts'
import type { CallFilter } from '../../api/calls.ts'
import { useItems } from '../../api/resource.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { SelectField, TextField, type FieldOf } from '../../components/field.tsx'
import { useText } from '../../i18n/language.ts'
import styles from './filters.module.css'
import { words } from './words.ts'

/** Typing pauses for so long before the calls are asked for. */
const PAUSE_MS = 300

interface FiltersProps { filter: CallFilter, onChange: (filter: CallFilter) => void }

/** Narrows the list: by words at once, by the rest behind a button. */
export function CallFilters ({ filter, onChange }: FiltersProps) {
  const t = useText(words)
  const [open, setOpen] = useState(false)
  const [search, setSearch] = useState(filter.search ?? '')
  useEffect(() => {
    if (search === (filter.search ?? '')) return
    const timer = setTimeout(() => onChange(withField(filter, 'search', search)), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [search, filter, onChange])
  const narrowed = Object.keys(filter).filter((name) => name !== 'search').length
  return (
    <div className={styles['filters']} role='search'>
      <div className={styles['bar']}>
        <label className={styles['search']}>
          <Search aria-hidden /><span className='visually-hidden'>{t.search}</span>
          <input type='search' value={search} placeholder={t.search} maxLength={100} onChange={(event) => setSearch(event.target.value)} />
        </label>
        <IconButton label={t.filters} icon={<SlidersHorizontal />} look={narrowed > 0 ? 'primary' : 'plain'} aria-expanded={open} onClick={() => setOpen(!open)} />
      </div>
      {open && <More filter={filter} onChange={onChange} />}
    </div>
  )
}

function More ({ filter, onChange }: FiltersProps) {
  const t = useText(words)
  const { data: everyAgent = [] } = useItems(agents)
  const field = (name: 'agent_id' | 'status'): FieldOf<string> => ({ name, value: filter[name] ?? '', onChange: (value) => onChange(withField(filter, name, value)) })
  const day = (name: 'started_after' | 'started_before'): FieldOf<string> => ({
    name,
    value: dayOf(filter[name], name === 'started_before'),
    onChange: (value) => onChange(withField(filter, name, instantOf(value, name === 'started_before')))
  })
  return (
    <div className={styles['more']}>
      <SelectField field={field('agent_id')} label={t.agent} options={[{ value: '', label: t.anyAgent }, ...everyAgent.map(({ _id, name }) => ({ value: _id, label: name }))]} />
      <SelectField field={field('status')} label={t.status} options={[{ value: '', label: t.anyStatus }, { value: 'active', label: t.active }, { value: 'completed', label: t.completed }]} />
      <TextField field={day('started_after')} label={t.from} type='date' />
      <TextField field={day('started_before')} label={t.until} type='date' />
      <Button look='quiet' onClick={() => onChange(filter.search === undefined ? {} : { search: filter.search })}>{t.clear}</Button>
    </div>
  )
}

const withField = (filter: CallFilter, name: keyof CallFilter, value: string): CallFilter => {
  const { [name]: _, ...rest } = filter
  return value === '' ? rest : { ...rest, [name]: value }
}

const DAY_MS = 86_400_000

/** The last day of a range is part of it. */
const instantOf = (day: string, isEnd: boolean): string => {
  const start = new Date(`${day}T00:00`)
  return Number.isNaN(start.getTime()) ? '' : new Date(start.getTime() + (isEnd ? DAY_MS : 0)).toISOString()
}

const dayOf = (instant: string | undefined, isEnd: boolean): string => {
  if (instant === undefined) return ''
  const day = new Date(new Date(instant).getTime() - (isEnd ? DAY_MS : 0))
  return [day.getFullYear(), String(day.getMonth() + 1).padStart(2, '0'), String(day.getDate()).padStart(2, '0')].join('-')
}
