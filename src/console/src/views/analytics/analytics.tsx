import { ChartColumn } from 'lucide-react'
import { lazy, Suspense, useMemo, useState } from 'react'
import { agents } from '../../api/agents.ts'
import { useAnalytics } from '../../api/analytics.ts'
import { useItems } from '../../api/resource.ts'
import type { Analytics as Figures } from '../../api/types.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { SelectField } from '../../components/field.tsx'
import { Loaded, Loading } from '../../components/loaded.tsx'
import { Card, Page } from '../../components/page.tsx'
import { useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import { useEndReason } from '../calls/end-reason.ts'
import styles from './analytics.module.css'
import { Table } from './table.tsx'
import { Tiles } from './tiles.tsx'
import { words } from './words.ts'

const ByTime = lazy(() => import('./by-time.tsx'))

const RANGES = [7, 30, 90]
const DAY_MS = 86_400_000

/** How calls went: how many, how long, how fast, and how they ended. */
export default function Analytics () {
  const t = useText(words)
  const [days, setDays] = useState('30')
  const [agentId, setAgentId] = useState('')
  const { data: everyAgent = [] } = useItems(agents)
  const range = useMemo(() => rangeOf(Number(days)), [days])
  const query = useAnalytics({ ...range, ...(agentId === '' ? {} : { agentId }) })
  return (
    <Page
      title={t.title}
      actions={
        <>
          <SelectField field={{ name: 'agent', value: agentId, onChange: setAgentId }} label={<span className='visually-hidden'>{t.agent}</span>} options={[{ value: '', label: t.anyAgent }, ...everyAgent.map(({ _id, name }) => ({ value: _id, label: name }))]} />
          <SelectField field={{ name: 'range', value: days, onChange: setDays }} label={<span className='visually-hidden'>{t.range}</span>} options={RANGES.map((count) => ({ value: String(count), label: t.days(count) }))} />
        </>
      }
    >
      <Loaded query={query}>
        {(figures) => figures.totals.calls === 0 ? <EmptyState icon={<ChartColumn />} title={t.none}>{t.noneHint}</EmptyState> : <Shown figures={figures} />}
      </Loaded>
    </Page>
  )
}

function Shown ({ figures }: { figures: Figures }) {
  const t = useText(words)
  const format = useFormat()
  const reason = useEndReason()
  const { data: everyAgent = [] } = useItems(agents)
  const { totals, byAgent } = figures
  const nameOf = (id: string) => everyAgent.find(({ _id }) => _id === id)?.name ?? t.removedAgent
  return (
    <>
      <Tiles totals={totals} />
      <Suspense fallback={<Loading />}><ByTime figures={figures} /></Suspense>
      <div className={styles['columns']}>
        <Card title={t.byOutcome}>
          <Table
            caption={t.byOutcome}
            heads={[t.outcome, t.calls, t.share]}
            rows={totals.byOutcome.toSorted((one, other) => other.calls - one.calls).map(({ outcome, calls }) => [reason(outcome), format.number(calls), format.percent(calls / totals.calls)])}
          />
        </Card>
        <Card title={t.byAgent}>
          <Table
            caption={t.byAgent}
            heads={[t.agent, t.calls, t.averageDuration, t.reply]}
            rows={byAgent.map(({ agentId, calls, averageDurationSeconds, averageReplyMs }) => [nameOf(agentId), format.number(calls), format.length(averageDurationSeconds), averageReplyMs === undefined ? '–' : format.milliseconds(averageReplyMs)])}
          />
        </Card>
      </div>
      <Card title={t.usage}>
        <Table
          caption={t.usage}
          heads={[t.stage, t.model, t.requests, t.amount]}
          rows={totals.usage.map(({ stage, provider, model, requests, audioSeconds, characters, inputTokens, outputTokens }) => [
            t[stage],
            `${provider} · ${model}`,
            format.number(requests),
            stage === 'stt' ? t.audio(format.number(Math.round(audioSeconds / 6) / 10)) : stage === 'tts' ? t.characters(format.number(characters)) : t.tokens(format.number(inputTokens), format.number(outputTokens))
          ])}
        />
      </Card>
    </>
  )
}

/** Whole days up to and with today, by the clock of this computer. */
const rangeOf = (days: number) => {
  const tomorrow = new Date()
  tomorrow.setHours(24, 0, 0, 0)
  return {
    from: new Date(tomorrow.getTime() - days * DAY_MS).toISOString(),
    to: tomorrow.toISOString(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone
  }
}
