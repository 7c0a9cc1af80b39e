import styles from './analytics.module.css'

interface TableProps {
  /** For screen readers; the sheet that it stands on says it to others. */
  caption: string
  heads: string[]
  rows: string[][]
}

/** Figures in rows; the first column names them. */
export function Table ({ caption, heads, rows }: TableProps) {
  return (
    // Wider than the screen, it is scrolled: by the keyboard too.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- https://dequeuniversity.com/rules/axe/4.10/scrollable-region-focusable
    <div className={styles['tableBox']} role='group' aria-label={caption} tabIndex={0}>
      <table className={styles['table']}>
        <caption className='visually-hidden'>{caption}</caption>
        <thead><tr>{heads.map((head) => <th key={head} scope='col'>{head}</th>)}</tr></thead>
        <tbody>
          {rows.map(([name, ...cells]) => (
            <tr key={name}><th scope='row'>{name}</th>{cells.map((cell, n) => <td key={n}>{cell}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
