import { test } from 'tap'
import { databasePage } from '../../src/api/database-page.ts'
import { COLLECTIONS } from '../../src/store/collections.ts'
import { buildApi } from '../support/api.ts'

test('the database\'s description is a page, which loads nothing but its own style', async (t) => {
  const { app } = await buildApi(t)
  const { statusCode, headers, body } = await app.inject('/documentation/database')
  t.equal(statusCode, 200)
  t.match(headers['content-type'], /^text\/html/)
  t.equal(body, await databasePage())
  for (const name of Object.keys(COLLECTIONS)) t.match(body, new RegExp(`<h3 id="${name}">${name}</h3>`))
  t.match(body, /<td><code>stream_token_hash<\/code><\/td>/)
  t.match(body, /<pre><code class="language-mermaid">sequenceDiagram/)
  t.notMatch(body, /<script|<style|style=|src=|<!-- |undefined|\[object/)
  for (const [, target = ''] of body.matchAll(/href="#([^"]+)"/g)) t.ok(body.includes(`id="${target}"`), `#${target} leads somewhere`)
})
