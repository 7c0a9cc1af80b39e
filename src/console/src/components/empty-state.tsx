import type { ReactNode } from 'react'
import styles from './states.module.css'

/** What stands where nothing is yet: what will be here, and what to do next. */
export function EmptyState ({ icon, title, children, action }: { icon: ReactNode, title: string, children?: ReactNode, action?: ReactNode }) {
  return (
    <div className={styles['empty']}>
      <span className={styles['icon']} aria-hidden>{icon}</span>
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {action}
    </div>
  )
}
