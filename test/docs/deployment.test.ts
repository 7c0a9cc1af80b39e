import { readdir, readFile } from 'node:fs/promises'
import { test } from 'tap'
import { parseAllDocuments, parseDocument } from 'yaml'
import { parseConfig } from '../../src/config.ts'

/** A document's value; Compose's own tags are read as the plain value. */
const read = async (file: string) => parseDocument(await readFile(file, 'utf8'), { logLevel: 'error' })

const manifests = async () => {
  const files = (await readdir('deploy/kubernetes')).filter((file) => file !== 'kustomization.yaml')
  const documents = await Promise.all(files.map(async (file) => parseAllDocuments(await readFile(`deploy/kubernetes/${file}`, 'utf8'))))
  return new Map(documents.flat().map((document) => [String(document.get('kind')), document]))
}

test('the manifests fit each other and the settings', async (t) => {
  const kinds = await manifests()
  t.same([...kinds.values()].flatMap(({ errors }) => errors), [])
  const get = (kind: string, ...path: Array<string | number>): unknown => kinds.get(kind)?.getIn(path)
  const container = ['spec', 'template', 'spec', 'containers', 0]
  const data = kinds.get('ConfigMap')?.toJS().data as Record<string, string>
  const secret = kinds.get('Secret')?.toJS().stringData as Record<string, string>
  const config = parseConfig({ ...data, ...secret, ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'), HOST: '0.0.0.0' })

  const { listed = [] } = { listed: (await read('deploy/kubernetes/kustomization.yaml')).toJS().resources as string[] }
  t.same(listed.sort(), (await readdir('deploy/kubernetes')).filter((file) => !/kustomization|secret/.test(file)).sort(), 'each manifest is listed')
  const graceMs = Number(get('Deployment', 'spec', 'template', 'spec', 'terminationGracePeriodSeconds')) * 1000
  t.ok(graceMs >= config.DRAIN_MS + 30_000, 'calls may drain')
  t.same(get('Deployment', ...container, 'ports', 0, 'containerPort'), config.PORT)
  t.same(get('Deployment', ...container, 'ports', 1, 'containerPort'), config.METRICS_PORT)
  t.equal(get('Deployment', ...container, 'readinessProbe', 'httpGet', 'path'), '/ready')
  t.equal(get('Deployment', ...container, 'livenessProbe', 'httpGet', 'path'), '/health')
  t.equal(get('Deployment', ...container, 'securityContext', 'readOnlyRootFilesystem'), true)
  t.equal(get('Deployment', ...container, 'securityContext', 'allowPrivilegeEscalation'), false)
  t.equal(get('Deployment', 'spec', 'template', 'spec', 'securityContext', 'runAsNonRoot'), true)
  t.equal(get('Deployment', 'spec', 'template', 'spec', 'securityContext', 'seccompProfile', 'type'), 'RuntimeDefault')
  const name = 'app.kubernetes.io/name'
  for (const [kind, ...path] of [['Deployment', 'spec', 'selector', 'matchLabels', name], ['Deployment', 'spec', 'template', 'metadata', 'labels', name], ['Service', 'spec', 'selector', name], ['PodDisruptionBudget', 'spec', 'selector', 'matchLabels', name]] as const) {
    t.equal(get(kind, ...path), 'earshot', kind)
  }
  t.equal(get('Service', 'spec', 'ports', 0, 'targetPort'), get('Deployment', ...container, 'ports', 0, 'name'))
  t.equal(get('Ingress', 'spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'name'), get('Service', 'metadata', 'name'))
  t.equal(`https://${String(get('Ingress', 'spec', 'rules', 0, 'host'))}`, config.PUBLIC_URL)
  t.equal(get('HorizontalPodAutoscaler', 'spec', 'scaleTargetRef', 'name'), get('Deployment', 'metadata', 'name'))
  t.equal(get('HorizontalPodAutoscaler', 'spec', 'metrics', 0, 'pods', 'metric', 'name'), 'earshot_calls_live')
  t.ok(Number(get('HorizontalPodAutoscaler', 'spec', 'metrics', 0, 'pods', 'target', 'averageValue')) < config.MAX_CALLS)
})

test('the Compose files give a process time to drain, keep it unprivileged, and put a proxy before several', async (t) => {
  const one = await read('docker-compose.yml')
  const more = await read('docker-compose.scale.yml')
  t.same([...one.errors, ...more.errors], [])
  const gateway = one.toJS().services.gateway as Record<string, unknown>
  t.match(gateway, { read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] })
  const graceMs = parseInt(String(gateway['stop_grace_period']), 10) * 1000
  t.ok(graceMs >= parseConfig({}).DRAIN_MS + 10_000)
  t.same(more.toJS().services.gateway.ports, [], 'the proxy has the port')
  t.match(more.toJS().services.proxy, { read_only: true, ports: ['3000:8080'] })
  const nginx = await readFile('deploy/compose/nginx.conf', 'utf8')
  t.match(nginx, `server gateway:${parseConfig({}).PORT} resolve`)
  t.match(nginx, 'proxy_set_header Upgrade $http_upgrade')
  t.match(nginx, /listen 8080;/)
  t.notMatch(nginx, /proxy_next_upstream[^;]*non_idempotent/)
})

test('the image is built from all that its build reads, and runs unprivileged', async (t) => {
  const dockerfile = await readFile('Dockerfile', 'utf8')
  const ignore = await readFile('.dockerignore', 'utf8')
  const build = await readFile('scripts/build.mjs', 'utf8')
  const scripts = ['build.mjs', ...[...build.matchAll(/from '\.\/([^']+)'/g)].map(([, file = '']) => file)]
  for (const script of scripts) {
    t.match(dockerfile, new RegExp(`^COPY .*scripts/${script.replace('.', '\\.')}`, 'm'), script)
    t.match(ignore, new RegExp(`^!scripts/${script.replace('.', '\\.')}$`, 'm'), script)
  }
  t.match(dockerfile, /^USER 1000:1000$/m)
  t.match(dockerfile, /^HEALTHCHECK /m)
  t.match(dockerfile, /^VOLUME \/data$/m)
})
