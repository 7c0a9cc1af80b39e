import type { Content, JsonSchema, OpenApiDocument, Operation, Parameter } from './openapi.ts'

/** A document for people: plain HTML, without scripts, and nothing from elsewhere. */
export const documentationPage = (document: OpenApiDocument): string => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })))
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(document.info.title)} API</title>
<link rel="stylesheet" href="/documentation/style.css">
</head>
<body>
<nav><ul>${[...tags, 'Events', 'Resources', 'Errors'].map((name) => `<li><a href="#${anchor(name)}">${text(name)}</a></li>`).join('')}</ul></nav>
<main>
<h1>${text(document.info.title)} API</h1>
${paragraphs(document.info.description)}
<p>The same for programs: <a href="/documentation/json">OpenAPI ${text(document.openapi)}</a>. What stands behind it: <a href="/documentation/database">the database</a>.</p>
${tags.map((tag) => `<section id="${anchor(tag)}">
<h2>${text(tag)}</h2>
${operations.filter(({ operation }) => operation.tags.includes(tag)).map(({ path, method, operation }) => operationPart(path, method, operation, document)).join('\n')}
</section>`).join('\n')}
<section id="events">
<h2>Events</h2>
<p>What Earshot sends to webhooks.</p>
${Object.entries(document.webhooks ?? {}).map(([type, { post: { summary, description, requestBody } }]) => `<article><h3 id="${anchor(type)}">${text(summary)}</h3>${paragraphs(description)}${contentPart(requestBody.content, document)}</article>`).join('\n')}
</section>
<section id="resources">
<h2>Resources</h2>
${Object.entries(document.components.schemas).map(([name, schema]) => `<article><h3 id="${anchor(name)}">${text(name)}</h3>${paragraphs(schema.description)}${fieldTable(schema)}</article>`).join('\n')}
</section>
<section id="errors">
<h2>Errors</h2>
${Object.entries(document.components.responses ?? {}).map(([name, { description, content }]) => `<article><h3 id="${anchor(name)}">${text(name.replace('Error', ''))}</h3>${paragraphs(description)}${Object.values(content?.['application/json']?.examples ?? {}).map(({ value }) => example(value)).join('\n')}</article>`).join('\n')}
</section>
</main>
</body>
</html>
`
}

const operationPart = (path: string, method: string, operation: Operation, document: OpenApiDocument): string => {
  const { summary, description, operationId, parameters = [], requestBody, responses } = operation
  const all = Object.entries(responses)
  return `<article id="${anchor(operationId)}">
<h3>${text(summary)}</h3>
<p><code class="route"><b>${method}</b> ${text(path)}</code></p>
${paragraphs(description)}
${PLACES.map(([place, title]) => parametersPart(title, parameters.filter((parameter) => parameter.in === place))).join('')}
${requestBody === undefined ? '' : `<h4>Body</h4>${contentPart(requestBody.content, document)}`}
${all.map(([status, response]) => '$ref' in response ? '' : `<details><summary>Answer <code>${status}</code></summary>${contentPart(response.content, document)}</details>`).join('')}
<p class="errors">Errors: ${all.flatMap(([status, response]) => '$ref' in response ? `<a href="#${anchor(nameOf(response.$ref))}">${status}</a>` : []).join(' ')}</p>
</article>`
}

/** Where a parameter stands, and what that is called. */
const PLACES = [['path', 'In the address'], ['query', 'Query'], ['header', 'Headers']] as const

const parametersPart = (title: string, parameters: Parameter[]): string => parameters.length === 0
  ? ''
  : `<h4>${title}</h4>${fieldTable({ properties: Object.fromEntries(parameters.map(({ name, description, schema }) => [name, { ...schema, ...(description !== undefined && { description }) }])), required: parameters.filter(({ required }) => required === true).map(({ name }) => name) })}`

/** The fields of what is sent, and an example; of what is no JSON, its type. */
const contentPart = (content: Content | undefined, document: OpenApiDocument): string => {
  const [[type, media] = ['', undefined]] = Object.entries(content ?? {})
  if (type !== 'application/json' || media === undefined) return `<p><code>${text(type)}</code></p>`
  return `${fieldTable(resolved(media.schema, document))}${example(media.example)}`
}

const resolved = (schema: JsonSchema, { components }: OpenApiDocument): JsonSchema =>
  schema.$ref === undefined ? schema : components.schemas[nameOf(schema.$ref)] ?? schema

const nameOf = (reference: string): string => reference.split('/').at(-1) ?? ''

const fieldTable = ({ properties = {}, required = [] }: JsonSchema): string => `<table>
<tr><th>field</th><th>type</th><th></th></tr>
${Object.entries(properties).map(([name, schema]) => `<tr><td><code>${text(name)}</code>${required.includes(name) ? '' : ' <i>optional</i>'}</td><td>${typeOf(schema)}</td><td>${inline(schema.description ?? '')}</td></tr>`).join('\n')}
</table>`

const typeOf = (schema: JsonSchema): string => {
  if (schema.$ref !== undefined) return `<a href="#${anchor(nameOf(schema.$ref))}">${text(nameOf(schema.$ref))}</a>`
  if (schema.const !== undefined) return `<code>${text(JSON.stringify(schema.const))}</code>`
  if (schema.enum !== undefined) return schema.enum.map((value) => `<code>${text(String(value))}</code>`).join(' or ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`
  return text([schema.format ?? (Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type ?? 'any')].join(' '))
}

const example = (value: unknown): string => `<pre>${text(JSON.stringify(value, undefined, 2))}</pre>`

const paragraphs = (words = ''): string => words.split('\n\n').filter((paragraph) => paragraph !== '').map((paragraph) => `<p>${inline(paragraph)}</p>`).join('\n')

/** With what stands between backticks as code. */
const inline = (words: string): string => text(words).replace(/`([^`]+)`/g, '<code>$1</code>')

const anchor = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')

const text = (words: string): string => words.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)

export const PAGE_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: color-mix(in srgb, currentColor 14%, transparent); --accent: light-dark(#1d5fbf, #8ab8ff) }
body { margin: 0; display: grid; grid-template-columns: 12rem minmax(0, 58rem); gap: 3rem; padding: 1rem 2rem }
a { color: var(--accent); text-decoration: none }
a:hover { text-decoration: underline }
nav ul { position: sticky; top: 1rem; list-style: none; margin: 0; padding: 0; line-height: 1.8 }
h2 { margin: 2.5rem 0 1rem }
h3 { margin: 0 0 .5rem }
h4 { margin: 1rem 0 .25rem }
article { border-top: 1px solid var(--line); padding: 1.25rem 0 }
code { font-size: .9em }
.route { display: inline-block; padding: .25rem .6rem; border-radius: .4rem; background: color-mix(in srgb, currentColor 8%, transparent); overflow-wrap: anywhere }
.route b { color: var(--accent) }
.errors { font-size: .9rem; opacity: .85; margin: .5rem 0 0 }
summary { cursor: pointer; margin: .5rem 0 }
table { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: .9rem }
th:nth-child(1) { width: 30% }
th:nth-child(2) { width: 22% }
td, th { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
pre { overflow-x: auto; padding: .75rem; border-radius: .4rem; background: color-mix(in srgb, currentColor 8%, transparent); font-size: .85rem }
i { opacity: .6; font-size: .85rem }
@media (max-width: 50rem) { body { display: block; padding: 1rem } nav ul { position: static; columns: 2 } }
`
