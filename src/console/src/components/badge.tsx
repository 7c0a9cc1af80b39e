import type { ReactNode } from 'react'
import styles from './badge.module.css'

/** A word that tells a state; `live` has a dot that breathes. */
export function Badge ({ tone = 'plain', live = false, children }: { tone?: 'plain' | 'accent' | 'good' | 'warn' | 'bad', live?: boolean, children: ReactNode }) {
  return <span className={`${styles['badge']} ${styles[tone]}`}>{live && <span className={styles['dot']} />}{children}</span>
}
