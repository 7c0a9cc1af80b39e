import { Bar, BarChart, CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import type { ReactElement } from 'react'
import type { Analytics } from '../../api/types.ts'
import { Card } from '../../components/page.tsx'
import { useFormat } from '../../i18n/format.ts'
import { useText } from '../../i18n/language.ts'
import styles from './analytics.module.css'
import { Table } from './table.tsx'
import { words } from './words.ts'

const HEIGHT = 220
const axis = { tickLine: false, axisLine: false, tick: { fill: 'var(--soft)', fontSize: 12 } } as const
const tooltip = {
  cursor: { fill: 'var(--hover)', stroke: 'var(--line)' },
  contentStyle: { background: 'var(--raised)', border: '1px solid var(--line)', borderRadius: 8, boxShadow: 'var(--shadow-high)' },
  itemStyle: { color: 'var(--ink)' },
  labelStyle: { color: 'var(--soft)' },
  isAnimationActive: false
} as const

/** Calls by day and by hour, and how fast they were answered; each chart is there as a table too. */
export default function ByTime ({ figures: { byDay, byHour } }: { figures: Analytics }) {
  const t = useText(words)
  const format = useFormat()
  const days = byDay.map(({ day, calls, averageReplyMs }) => ({ name: format.day(`${day}T12:00`), calls, replyMs: averageReplyMs }))
  const hours = byHour.map(({ hour, calls }) => ({ name: `${hour}:00`, calls }))
  const seconds = (ms: unknown) => format.milliseconds(Number(ms))
  return (
    <>
      <Chart title={t.byDay} heads={[t.day, t.calls]} rows={days.map(({ name, calls }) => [name, format.number(calls)])}>
        <BarChart data={days} margin={MARGIN}>
          <CartesianGrid vertical={false} stroke='var(--line)' />
          <XAxis dataKey='name' minTickGap={24} {...axis} />
          <YAxis allowDecimals={false} width={36} {...axis} />
          <Tooltip {...tooltip} />
          <Bar dataKey='calls' name={t.calls} fill='var(--chart-1)' radius={[3, 3, 0, 0]} maxBarSize={28} isAnimationActive={false} />
        </BarChart>
      </Chart>
      <div className={styles['columns']}>
        <Chart title={t.replyByDay} heads={[t.day, t.reply]} rows={days.map(({ name, replyMs }) => [name, replyMs === undefined ? '–' : seconds(replyMs)])}>
          <LineChart data={days} margin={MARGIN}>
            <CartesianGrid vertical={false} stroke='var(--line)' />
            <XAxis dataKey='name' minTickGap={24} {...axis} />
            <YAxis width={60} tickFormatter={seconds} {...axis} />
            <Tooltip {...tooltip} formatter={seconds} />
            <Line dataKey='replyMs' name={t.reply} stroke='var(--chart-2)' strokeWidth={2} dot={{ r: 2 }} connectNulls isAnimationActive={false} />
          </LineChart>
        </Chart>
        <Chart title={t.byHour} heads={[t.hour, t.calls]} rows={hours.map(({ name, calls }) => [name, format.number(calls)])}>
          <BarChart data={hours} margin={MARGIN}>
            <CartesianGrid vertical={false} stroke='var(--line)' />
            <XAxis dataKey='name' minTickGap={16} {...axis} />
            <YAxis allowDecimals={false} width={36} {...axis} />
            <Tooltip {...tooltip} />
            <Bar dataKey='calls' name={t.calls} fill='var(--chart-3)' radius={[3, 3, 0, 0]} isAnimationActive={false} />
          </BarChart>
        </Chart>
      </div>
    </>
  )
}

const MARGIN = { top: 4, right: 4, bottom: 0, left: 0 }

function Chart ({ title, heads, rows, children }: { title: string, heads: string[], rows: string[][], children: ReactElement }) {
  const t = useText(words)
  return (
    <Card title={title}>
      <div role='img' aria-label={title}><ResponsiveContainer width='100%' height={HEIGHT}>{children}</ResponsiveContainer></div>
      <details className={styles['asTable']}>
        <summary>{t.asTable}</summary>
        <Table caption={title} heads={heads} rows={rows} />
      </details>
    </Card>
  )
}
