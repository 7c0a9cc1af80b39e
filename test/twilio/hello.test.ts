import { test } from 'tap'
import { openSafeFetch } from '../../src/safe-fetch.ts'
import { build } from '../support/build.ts'

test('a running gateway proves that it is itself, and takes a websocket for media', async (t) => {
  const { address, deps: { stores } } = await build(t)
  const url = address.replace('localhost', '127.0.0.1')
  const { fetch, tryWebSocket, close } = openSafeFetch({ isAllowedAddress: (address) => address === '127.0.0.1' })
  t.teardown(close)
  const { signal } = new AbortController()
  const ask = async (nonce: string) => await fetch({ method: 'GET', url: `${url}/twilio/hello?nonce=${nonce}`, headers: {}, maxBytes: 1_000 }, signal)
  const [one, other] = ['a'.repeat(32), 'b'.repeat(32)]
  const { status, body } = await ask(one)
  t.equal(status, 200)
  t.ok(stores.isProof(one, body))
  t.notOk(stores.isProof(other, body), 'a proof is of one nonce')
  t.notOk(stores.isProof(one, ''), 'and nothing else is one')
  t.equal((await ask('x')).status, 400)
  await tryWebSocket(`${url.replace('http', 'ws')}/twilio/media`, signal)
})
