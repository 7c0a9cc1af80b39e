import type { Tree } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { parse } from 'yaml'
import { CONFIG_SECTIONS } from '../../src/config.ts'
import { createMetrics } from '../../src/metrics.ts'

interface Panel { id: number, type: string, title: string, datasource?: { uid: string }, gridPos: { x: number, y: number, w: number, h: number }, targets?: Array<{ expr: string }> }
interface Dashboard { uid: string, panels: Panel[], templating: { list: Array<{ name: string, type: string, definition?: string }> } }
interface Rules { groups: Array<{ rules: Array<{ alert: string, expr: string, annotations: { summary: string, runbook: string } }> }> }

/** Names that a query may use, with the labels it may ask for. */
async function known (): Promise<Map<string, Set<string>>> {
  const names = new Map<string, Set<string>>()
  const { registry } = createMetrics()
  for (const { name, type } of await registry.getMetricsAsJSON()) {
    const metric = registry.getSingleMetric(name)
    const own: unknown = metric && Reflect.get(metric, 'labelNames')
    const labels = new Set(['job', 'instance', ...(Array.isArray(own) ? own.map(String) : [])])
    const forms = String(type) === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
    for (const form of forms) names.set(name + form, new Set([...labels, ...(form === '_bucket' ? ['le'] : [])]))
  }
  return names
}

/** What is wrong with a query: its syntax, a metric or a label that is not there. */
function problemsOf (query: string, names: Map<string, Set<string>>): string[] {
  // Grafana's own variables stand for durations.
  const text = query.replaceAll('$__rate_interval', '5m')
  const tree: Tree = parser.parse(text)
  const problems: string[] = []
  const labelsAllowed = new Set<string>()
  const labelsUsed: string[] = []
  let metrics = 0
  tree.iterate({
    enter: ({ name, type, from, to }) => {
      const part = text.slice(from, to)
      if (type.isError) problems.push(`syntax at ${from}`)
      if (name === 'Identifier') {
        metrics++
        if (!names.has(part)) problems.push(`no metric ${part}`)
        for (const label of names.get(part) ?? []) labelsAllowed.add(label)
      }
      if (name === 'LabelName') labelsUsed.push(part)
    }
  })
  if (metrics === 0) problems.push('no metric')
  return [...problems, ...labelsUsed.filter((label) => !labelsAllowed.has(label)).map((label) => `no label ${label}`)]
}

test('a wrong query is found', async (t) => {
  const names = await known()
  t.same(problemsOf('sum(rate(earshot_gaps_total[5m]))', names), [])
  t.same(problemsOf('sum(rate(earshot_gap_total[5m]))', names), ['no metric earshot_gap_total'])
  t.same(problemsOf('sum by (colour) (earshot_calls_live)', names), ['no label colour'])
  t.ok(problemsOf('sum(earshot_calls_live', names).some((problem) => problem.startsWith('syntax')))
})

test('every query of the dashboard parses and asks for metrics and labels that there are; no metric of Earshot\'s is left out', async (t) => {
  const names = await known()
  const { uid, panels, templating } = JSON.parse(await readFile('docs/grafana/earshot.json', 'utf8')) as Dashboard
  t.equal(uid, 'earshot')
  const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))
  for (const { title, expr } of queries) t.same(problemsOf(expr, names), [], title)
  t.same(new Set(panels.map(({ id }) => id)).size, panels.length)
  for (const { title, type, datasource, targets = [] } of panels) if (type !== 'row') t.ok(datasource?.uid === ['$', '{datasource}'].join('') && targets.length > 0, title)
  t.match(templating.list, [{ name: 'datasource', type: 'datasource' }, { name: 'job' }, { name: 'instance' }])
  const shown = queries.map(({ expr }) => expr).join(' ')
  const own = (await createMetrics().registry.getMetricsAsJSON()).map(({ name }) => name).filter((name) => !/^earshot_(nodejs|process)_/.test(name))
  t.same(own.filter((name) => !shown.includes(name)), [])
})

test('every alert parses, asks for what there is, and leads to a section of the runbook', async (t) => {
  const names = await known()
  const { groups } = parse(await readFile('docs/prometheus/alerts.yml', 'utf8')) as Rules
  const runbook = await readFile('docs/runbook.md', 'utf8')
  const anchors = new Set([...runbook.matchAll(/^## (.+)$/gm)].map(([, title = '']) => `docs/runbook.md#${title.toLowerCase().replace(/[^a-z0-9 -]/g, '').replaceAll(' ', '-')}`))
  const rules = groups.flatMap((group) => group.rules)
  t.ok(rules.length >= 8)
  for (const { alert, expr, annotations } of rules) {
    t.same(problemsOf(expr, names), [], alert)
    t.ok(anchors.has(annotations.runbook), `${alert}: ${annotations.runbook}`)
  }
})

test('what the runbook names is there: metrics, log lines, routes, settings', async (t) => {
  const runbook = await readFile('docs/runbook.md', 'utf8')
  const all = (pattern: RegExp): string[] => [...new Set([...runbook.matchAll(pattern)].map(([, found = '']) => found))]
  const names = await known()
  const metrics = all(/\b(earshot_[a-z_]+)\b/g)
  t.ok(metrics.length >= 4)
  t.same(metrics.filter((name) => !names.has(name)), [])
  const sources = (await Promise.all((await readdir('src', { recursive: true })).filter((file) => /^(?!console).*\.ts$/.test(file)).map(async (file) => await readFile(join('src', file), 'utf8')))).join('\n')
  const lines = all(/\bline `([^`]+)`/g)
  t.ok(lines.length >= 4)
  t.same(lines.filter((line) => !sources.includes(`, '${line}')`)), [])
  const { paths } = JSON.parse(await readFile('fixtures/openapi.json', 'utf8')) as { paths: Record<string, Record<string, unknown>> }
  const routes = all(/\b((?:GET|POST|PUT|PATCH|DELETE) \/api\/[a-z/:-]+)/g)
  t.ok(routes.length >= 6)
  t.same(routes.filter((route) => {
    const [method = '', path = ''] = route.split(' ')
    return paths[path.replace(':id', '{id}')]?.[method.toLowerCase()] === undefined
  }), [])
  t.same(all(/\$URL(\/api\/[a-z-]+)/g).filter((path) => paths[path] === undefined), [])
  const settings = Object.values(CONFIG_SECTIONS).flatMap((section) => Object.keys(section))
  t.same(all(/\b([A-Z]+_[A-Z_]+)\b/g).filter((name) => !settings.some((setting) => name.endsWith('_') ? setting.startsWith(name) : setting === name)), [])
})
