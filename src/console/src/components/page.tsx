import { useEffect, type ReactNode } from 'react'
import styles from './page.module.css'

interface PageProps {
  title: string
  description?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** A view: its heading, what can be done first, and its content. */
export function Page ({ title, description, actions, children }: PageProps) {
  useEffect(() => { document.title = `${title} · Earshot` }, [title])
  return (
    <div className={styles['page']}>
      <header className={styles['header']}>
        <div className={styles['words']}>
          <h1>{title}</h1>
          {description !== undefined && <p className={styles['description']}>{description}</p>}
        </div>
        {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** A part of a view on a sheet of its own. */
export function Card ({ title, description, actions, children }: { title?: ReactNode, description?: ReactNode, actions?: ReactNode, children?: ReactNode }) {
  return (
    <section className={styles['card']}>
      {title !== undefined && (
        <header className={styles['cardHeader']}>
          <div>
            <h2>{title}</h2>
            {description !== undefined && <p className={styles['description']}>{description}</p>}
          </div>
          {actions}
        </header>
      )}
      {children}
    </section>
  )
}

/** Fields side by side, where there is room. */
export function Pair ({ children }: { children: ReactNode }) {
  return <div className={styles['pair']}>{children}</div>
}
