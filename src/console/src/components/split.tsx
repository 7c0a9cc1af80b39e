import { ArrowLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { ButtonLink } from './button.tsx'
import styles from './split.module.css'

interface SplitProps {
  title: string
  actions?: ReactNode
  list: ReactNode
  isChosen: boolean
  back: { href: string, label: string }
  /** What is chosen, or what to do when nothing is. */
  children: ReactNode
}

/** A list with the chosen thing beside it; on a narrow screen one or the other. */
export function Split ({ title, actions, list, isChosen, back, children }: SplitProps) {
  return (
    <div className={styles['split']} data-chosen={isChosen || undefined}>
      <section className={styles['list']} aria-labelledby='list-heading'>
        <header className={styles['header']}>
          <h1 id='list-heading'>{title}</h1>
          {actions}
        </header>
        <div className={styles['items']}>{list}</div>
      </section>
      <div className={isChosen ? styles['chosen'] : styles['choose']}>
        {isChosen && <div className={styles['back']}><ButtonLink look='quiet' href={back.href} icon={<ArrowLeft />}>{back.label}</ButtonLink></div>}
        {children}
      </div>
    </div>
  )
}
