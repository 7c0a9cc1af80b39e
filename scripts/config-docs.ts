// Writes what config.ts says into .env.example and into the README's table, and the stores' schemas into the description of the database: npx tsx scripts/config-docs.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { CONFIG_SECTIONS, describeShape } from '../src/config.ts'
import { DATABASE_DOCS, withFieldTables } from './database-docs.ts'

const README_TABLE = /(<!-- config -->\n)[^]*?(<!-- \/config -->)/

/** The text of .env.example: every variable with its meaning and its default, all of them commented out. */
export function envExample (): string {
  const sections = Object.entries(CONFIG_SECTIONS).map(([heading, variables]) => {
    const entries = Object.entries(variables).map(([name, schema]) =>
      `# ${schema.description}${shapeNote(schema)}\n# ${name}=${schema.default ?? ''}\n`)
    return `## ${heading}\n\n${entries.join('\n')}`
  })
  return `# Copy to .env and take away the # before what you change. Values of the environment come before those of .env.\n\n${sections.join('\n')}`
}

/** The README with its table of variables made anew. */
export function withConfigTable (readme: string): string {
  const rows = Object.entries(CONFIG_SECTIONS).flatMap(([heading, variables]) => [
    `| **${heading}** | | |`,
    ...Object.entries(variables).map(([name, schema]) =>
      `| \`${name}\` | ${schema.default === undefined ? '' : `\`${schema.default}\``} | ${schema.description}${shapeNote(schema)} |`)
  ])
  return readme.replace(README_TABLE, `$1| variable | default | meaning |\n|---|---|---|\n${rows.join('\n')}\n$2`)
}

function shapeNote (schema: Parameters<typeof describeShape>[0]): string {
  const shape = describeShape(schema)
  return shape === 'text' ? '' : ` (${shape})`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync('.env.example', envExample())
  writeFileSync('README.md', withConfigTable(readFileSync('README.md', 'utf8')))
  writeFileSync(DATABASE_DOCS, withFieldTables(readFileSync(DATABASE_DOCS, 'utf8')))
}
