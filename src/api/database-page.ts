import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Marked } from 'marked'

const SOURCE = fileURLToPath(new URL('../../docs/database_structure_and_flow.md', import.meta.url))

/** docs/database_structure_and_flow.md as a page for people: plain HTML without scripts; the diagram as its readable source. */
export const databasePage = async (): Promise<string> => {
  const marked = new Marked({
    renderer: {
      heading ({ tokens, depth, text }) {
        const id = text.toLowerCase().replace(/[^\w\s-]/g, '').replaceAll(' ', '-')
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      // The sources are not on this server.
      link ({ href, tokens }) {
        const inner = this.parser.parseInline(tokens)
        return href.startsWith('#') ? `<a href="${href}">${inner}</a>` : inner
      },
      html: () => ''
    }
  })
  const body = await marked.parse(await readFile(SOURCE, 'utf8'))
  const sections = [...body.matchAll(/<h2 id="([^"]+)">(.*)<\/h2>/g)].map(([, id, title]) => `<li><a href="#${id}">${title}</a></li>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Earshot: the database</title>
<link rel="stylesheet" href="/documentation/style.css">
</head>
<body>
<nav><ul>${sections.join('')}<li><a href="/documentation">API</a></li></ul></nav>
<main>
${body}
</main>
</body>
</html>
`
}
