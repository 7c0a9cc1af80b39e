import { useState } from 'react'
import { useAuditLog, type AuditFilter } from '../../api/audit-log.ts'
import { Badge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { SelectField, TextField } from '../../components/field.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Card, Pair } from '../../components/page.tsx'
import { useFormat } from '../../i18n/format.ts'
import { texts, useText } from '../../i18n/language.ts'
import styles from './settings.module.css'

const words = texts({
  title: 'Audit log',
  hint: 'Every change of everything but calls and messages, and who signed in. Names of fields only, never their values.',
  resource: 'What',
  everything: 'Everything',
  from: 'From',
  until: 'Until',
  browser: 'Browser',
  stranger: 'Not signed in',
  unfinished: 'unfinished',
  refused: 'wrong password',
  none: 'Nothing changed in this time.',
  more: 'Earlier changes'
}, {
  title: 'Registro de cambios',
  hint: 'Todos los cambios, salvo llamadas y mensajes, y quién inició sesión. Solo nombres de campos, nunca sus valores.',
  resource: 'Qué',
  everything: 'Todo',
  from: 'Desde',
  until: 'Hasta',
  browser: 'Navegador',
  stranger: 'Sin iniciar sesión',
  unfinished: 'sin terminar',
  refused: 'contraseña incorrecta',
  none: 'Nada cambió en este tiempo.',
  more: 'Cambios anteriores'
})

/** As the API's addresses name them. */
const RESOURCES = ['agents', 'api-keys', 'auth', 'calling-rules', 'do-not-call', 'do-not-text', 'phones', 'prompts', 'publishable-keys', 'retention', 'scheduled-calls', 'webhooks']

/** Who changed what, and when. */
export default function AuditLog () {
  const t = useText(words)
  const [resource, setResource] = useState('')
  const [from, setFrom] = useState('')
  const [until, setUntil] = useState('')
  const query = useAuditLog({ ...(resource === '' ? {} : { resource }), ...range(from, until) })
  return (
    <Card title={t.title} description={t.hint}>
      <Pair>
        <SelectField field={{ name: 'resource', value: resource, onChange: setResource }} label={t.resource} options={[{ value: '', label: t.everything }, ...RESOURCES.map((name) => ({ value: name, label: name }))]} />
        <TextField field={{ name: 'from', value: from, onChange: setFrom }} label={t.from} type='date' />
        <TextField field={{ name: 'until', value: until, onChange: setUntil }} label={t.until} type='date' />
      </Pair>
      <Loaded query={query}>
        {({ pages }) => <Entries entries={pages.flatMap(({ auditLog }) => auditLog)} />}
      </Loaded>
      {query.hasNextPage && <Button look='quiet' onClick={() => query.fetchNextPage()} busy={query.isFetchingNextPage}>{t.more}</Button>}
    </Card>
  )
}

type Entry = NonNullable<ReturnType<typeof useAuditLog>['data']>['pages'][number]['auditLog'][number]

function Entries ({ entries }: { entries: Entry[] }) {
  const t = useText(words)
  const format = useFormat()
  if (entries.length === 0) return <p>{t.none}</p>
  return (
    <ul className={styles['log']} aria-label={t.title}>
      {entries.map(({ _id, at, action, resource, fields, actor, address, outcome, count = 1 }) => (
        <li key={_id} className={styles['logRow']}>
          <time dateTime={at}>{format.dateTime(at)}</time>
          <strong>{resource} · {action}</strong>
          {outcome === 'done' ? <span /> : <Badge tone='warn'>{outcome === 'unknown' ? t.unfinished : `${t.refused}${count > 1 ? ` × ${count}` : ''}`}</Badge>}
          <small>{[fields.join(', '), actor.name ?? (actor.type === 'unknown' ? t.stranger : t.browser), address].filter((one) => one !== '').join(' · ')}</small>
        </li>
      ))}
    </ul>
  )
}

/** Whole days by the clock of this computer, the last one too. */
const range = (from: string, until: string): Pick<AuditFilter, 'after' | 'before'> => {
  const end = until === '' ? undefined : new Date(`${until}T00:00`)
  end?.setDate(end.getDate() + 1)
  return { ...(from === '' ? {} : { after: new Date(`${from}T00:00`).toISOString() }), ...(end === undefined ? {} : { before: end.toISOString() }) }
}
