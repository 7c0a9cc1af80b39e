// Writes docs/licences.md: the licence of every package that is installed for production, by package-lock.json.
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Locked { version?: string, license?: string, dev?: boolean, devOptional?: boolean, link?: boolean }

/** Licences under which a package may be part of a program under MIT. An expression with OR needs one of them. */
const FREE = new Set(['MIT', 'MIT-0', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'CC0-1.0', 'Unlicense', 'Python-2.0'])

/** Packages that name no licence in package.json; read in their LICENSE file. */
const READ_BY_HAND: Record<string, string> = { '@seald-io/binary-search-tree': 'MIT' }

/** The packages of production, and what is wrong with their licences. */
export function licencesOf (packages: Record<string, Locked>): { rows: string[], problems: string[] } {
  const rows: string[] = []
  const problems: string[] = []
  for (const [path, { version = '', license, dev, devOptional, link }] of Object.entries(packages)) {
    const name = path.split('node_modules/').at(-1) ?? ''
    if (!path.includes('node_modules/') || dev === true || devOptional === true || link === true) continue
    const licence = license ?? READ_BY_HAND[name]
    if (licence === undefined) problems.push(`${name} names no licence`)
    else if (!licence.replaceAll(/[()]/g, '').split(' OR ').some((one) => one.split(' AND ').every((part) => FREE.has(part)))) problems.push(`${name} is under ${licence}`)
    rows.push(`| ${name} | ${version} | ${licence ?? ''} |`)
  }
  return { rows: [...new Set(rows)].sort(), problems }
}

/** docs/licences.md. @throws {Error} when a package's licence is missing or does not fit */
export async function licencePage (): Promise<string> {
  const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as { packages: Record<string, Locked> }
  const { rows, problems } = licencesOf(packages)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return ['# Licences', '', 'Of all packages that an installation for production has (`npx tsx scripts/licences.ts` makes this page). Their texts are in the packages.', '', '| package | version | licence |', '|---|---|---|', ...rows, ''].join('\n')
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) await writeFile('docs/licences.md', await licencePage())
