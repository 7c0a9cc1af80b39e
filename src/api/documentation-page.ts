import type { JsonSchema, OpenApiDocument, Operation } from './openapi.ts'

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
<nav><ul>${tags.map((tag) => `<li><a href="#${anchor(tag)}">${text(tag)}</a></li>`).join('')}</ul></nav>
<main>
<h1>${text(document.info.title)} API</h1>
${paragraphs(document.info.description)}
<p>The same for programs: <a href="/documentation/json">OpenAPI ${text(document.openapi)}</a>. What stands behind it: <a href="/documentation/database">the database</a>.</p>
${tags.map((tag) => `<section id="${anchor(tag)}">
<h2>${text(tag)}</h2>
${operations.filter(({ operation }) => operation.tags.includes(tag)).map(({ path, method, operation }) => operationPart(path, method, operation, document)).join('\n')}
</section>`).join('\n')}
<section>
<h2>Resources</h2>
${Object.entries(document.components.schemas).map(([name, schema]) => `<h3 id="${anchor(name)}">${text(name)}</h3>${fieldTable(schema)}`).join('\n')}
</section>
</main>
</body>
</html>
`
}

const operationPart = (path: string, method: string, operation: Operation, document: OpenApiDocument): string => {
  const { summary, description, operationId, parameters = [], requestBody, responses } = operation
  const body = requestBody?.content['application/json']
  return `<article id="${anchor(operationId)}">
<h3>${text(summary)}</h3>
<p><code><b>${method}</b> ${text(path)}</code></p>
${paragraphs(description)}
${parameters.length === 0 ? '' : fieldTable({ properties: Object.fromEntries(parameters.map(({ name, description, schema }) => [name, { ...schema, ...(description !== undefined && { description }) }])), required: parameters.filter(({ required }) => required === true).map(({ name }) => name) })}
${body === undefined ? '' : `<h4>Body</h4>${fieldTable(resolved(body.schema, document))}${example(body.example)}`}
${Object.entries(responses).map(([status, response]) => {
  const { description, content } = '$ref' in response ? document.components.responses?.[nameOf(response.$ref)] ?? { description: '' } : response
  const media = content?.['application/json']
  return `<details><summary><code>${status}</code> ${text(description)}</summary>${media?.example === undefined ? Object.values(media?.examples ?? {}).map(({ value }) => example(value)).join('') : example(media.example)}</details>`
}).join('\n')}
</article>`
}

const resolved = (schema: JsonSchema, { components }: OpenApiDocument): JsonSchema =>
  schema.$ref === undefined ? schema : components.schemas[nameOf(schema.$ref)] ?? schema

const nameOf = (reference: string): string => reference.split('/').at(-1) ?? ''

const fieldTable = ({ properties = {}, required = [] }: JsonSchema): string => `<table>
<tr><th>field</th><th>type</th><th></th></tr>
${Object.entries(properties).map(([name, schema]) => `<tr><td><code>${text(name)}</code>${required.includes(name) ? '' : ' <i>optional</i>'}</td><td>${typeOf(schema)}</td><td>${text(schema.description ?? '')}</td></tr>`).join('\n')}
</table>`

const typeOf = (schema: JsonSchema): string => {
  if (schema.$ref !== undefined) return `<a href="#${anchor(nameOf(schema.$ref))}">${text(nameOf(schema.$ref))}</a>`
  if (schema.const !== undefined) return `<code>${text(JSON.stringify(schema.const))}</code>`
  if (schema.enum !== undefined) return schema.enum.map((value) => `<code>${text(String(value))}</code>`).join(' or ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`
  return text([schema.format ?? (Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type ?? 'any')].join(' '))
}

const example = (value: unknown): string => `<pre>${text(JSON.stringify(value, undefined, 2))}</pre>`

const paragraphs = (words = ''): string => words.split('\n\n').filter((paragraph) => paragraph !== '').map((paragraph) => `<p>${text(paragraph).replace(/`([^`]+)`/g, '<code>$1</code>')}</p>`).join('\n')

const anchor = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')

const text = (words: string): string => words.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)

export const PAGE_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0; display: grid; grid-template-columns: minmax(10rem, 14rem) minmax(0, 60rem); gap: 2rem; padding: 1rem 2rem }
nav ul { position: sticky; top: 1rem; list-style: none; margin: 0; padding: 0 }
article { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .5rem 0 }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
td, th { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 12%, transparent) }
pre { overflow-x: auto; padding: .75rem; border-radius: .4rem; background: color-mix(in srgb, currentColor 8%, transparent); font-size: .85rem }
i { opacity: .6; font-size: .85rem }
@media (max-width: 50rem) { body { display: block; padding: 1rem } nav ul { position: static } }
`
