import { useVirtualizer } from '@tanstack/react-virtual'
import { PhoneIncoming, SearchX } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { agents } from '../../api/agents.ts'
import { useLiveCalls } from '../../api/call-events.ts'
import { useCalls, type CallFilter } from '../../api/calls.ts'
import { useItems } from '../../api/resource.ts'
import type { Call } from '../../api/types.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { useText } from '../../i18n/language.ts'
import { CallRow } from './call-row.tsx'
import styles from './calls.module.css'
import { words } from './words.ts'

const ROW_HEIGHT = 64
/** Rows from the end at which the next page is fetched. */
const AHEAD = 30

interface ListProps { filter: CallFilter, chosen: string | undefined }

/** The calls, newest first: only the rows in sight are in the page, and pages are fetched as they come into sight. */
export function CallList ({ filter, chosen }: ListProps) {
  const t = useText(words)
  const query = useCalls(filter)
  useLiveCalls(filter)
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const calls = pages.flatMap((page) => page.calls)
        if (calls.length === 0) {
          const narrowed = Object.keys(filter).length > 0
          return <EmptyState icon={narrowed ? <SearchX /> : <PhoneIncoming />} title={narrowed ? t.noMatch : t.none}>{narrowed ? t.noMatchHint : t.noneHint}</EmptyState>
        }
        return <Rows calls={calls} chosen={chosen} more={query.hasNextPage && !query.isFetchingNextPage ? query.fetchNextPage : undefined} complete={!query.hasNextPage} />
      }}
    </Loaded>
  )
}

function Rows ({ calls, chosen, more, complete }: { calls: Call[], chosen: string | undefined, more: (() => unknown) | undefined, complete: boolean }) {
  const t = useText(words)
  const scroller = useRef<HTMLDivElement>(null)
  const { data: everyAgent = [] } = useItems(agents)
  const names = new Map(everyAgent.map(({ _id, name }) => [_id, name]))
  const virtual = useVirtualizer({ count: calls.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 12 })
  const rows = virtual.getVirtualItems()
  const last = rows.at(-1)?.index ?? 0
  useEffect(() => {
    if (last >= calls.length - AHEAD) more?.()
  }, [last, calls.length, more])
  return (
    <div ref={scroller} className={styles['scroller']}>
      <ul aria-label={t.list} className={styles['rows']} style={{ height: virtual.getTotalSize() }}>
        {rows.map(({ index, start }) => {
          const call = calls[index]
          return call !== undefined && (
            <li key={call._id} aria-posinset={index + 1} aria-setsize={complete ? calls.length : -1} className={styles['row']} style={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}>
              <CallRow call={call} agentName={names.get(call.agent_id)} chosen={call._id === chosen} />
            </li>
          )
        })}
      </ul>
    </div>
  )
}
