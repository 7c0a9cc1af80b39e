import type { ReactNode } from 'react'
import { texts, useText } from '../i18n/language.ts'
import { useApiMessage } from './api-message.ts'
import { Button } from './button.tsx'
import styles from './states.module.css'

const words = texts({ loading: 'Loading …', again: 'Try again' }, { loading: 'Cargando …', again: 'Reintentar' })

interface Query<Data> { data: Data | undefined, error: Error | null, refetch: () => unknown }

/** Shows what a query has read, or that it still reads, or why it could not. */
export function Loaded<Data> ({ query: { data, error, refetch }, children }: { query: Query<Data>, children: (data: Data) => ReactNode }) {
  const t = useText(words)
  const message = useApiMessage()
  if (data !== undefined) return children(data)
  if (error !== null) {
    return (
      <div className={styles['failed']} role='alert'>
        <p>{message(error)}</p>
        <Button onClick={() => refetch()}>{t.again}</Button>
      </div>
    )
  }
  return <Loading />
}

export function Loading () {
  const t = useText(words)
  return (
    <div className={styles['loading']} role='status'>
      <span className='visually-hidden'>{t.loading}</span>
      <span /><span /><span />
    </div>
  )
}
