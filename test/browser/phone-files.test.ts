import Fastify from 'fastify'
import { test } from 'tap'
import { phoneFiles } from '../../src/browser/phone-files.ts'

// They are built by `npm test` itself.
test('any site may load the phone\'s scripts, which ask nothing of it but to run', async (t) => {
  const app = Fastify()
  await app.register(phoneFiles)
  t.teardown(() => app.close())
  for (const [name, part] of [['widget.js', 'earshot-phone'], ['phone-worklet.js', 'registerProcessor']] as const) {
    const { statusCode, headers, body } = await app.inject(`/${name}`)
    t.equal(statusCode, 200)
    t.match(headers, {
      'content-type': 'text/javascript; charset=utf-8',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=300'
    })
    t.ok(body.includes(part))
    t.notMatch(body, /\beval\(|new Function\(|innerHTML|\.style\./, 'works under a strict content security policy')
    t.ok(body.length < 20_000, `${name}: ${body.length} bytes`)
  }
})
