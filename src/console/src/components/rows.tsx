import type { ReactNode } from 'react'
import styles from './rows.module.css'

/** A list on a sheet of its own, or `flat` on the sheet that it stands on, with a line between its rows. */
export function Rows ({ label, flat = false, children }: { label: string, flat?: boolean, children: ReactNode }) {
  return <ul className={`${styles['rows']} ${flat ? '' : styles['sheet']}`} aria-label={label}>{children}</ul>
}

/** What a thing is called, what else is to know of it, and what can be done with it. */
export function Row ({ title, detail, badges, actions }: { title: ReactNode, detail?: ReactNode, badges?: ReactNode, actions?: ReactNode }) {
  return (
    <li className={styles['row']}>
      <div className={styles['words']}>
        <div className={styles['title']}>{title}{badges}</div>
        {detail !== undefined && <div className={styles['detail']}>{detail}</div>}
      </div>
      {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
    </li>
  )
}
