import { test } from 'tap'
import { ArgumentError, parseReplayArguments, REPLAY_USAGE } from '../../src/replay/replay-arguments.ts'

const HELLO = 'fixtures/callers/hello.ulaw'
const NO = 'fixtures/callers/no.ulaw'

test('reads a call, its options, and a gateway', async (t) => {
  t.same(parseReplayArguments([HELLO]), { help: false, call: { kind: 'recordings', files: [HELLO] }, fast: false, wav: undefined, agentFile: undefined, gateway: undefined })
  t.match(parseReplayArguments([HELLO, '--fast', NO, '--wav', 'out.wav', '--agent', 'package.json']), {
    call: { kind: 'recordings', files: [HELLO, NO] }, fast: true, wav: 'out.wav', agentFile: 'package.json'
  })
  t.match(parseReplayArguments([HELLO, '--url', 'http://localhost:3000/', '--to', '+12025550142']), { gateway: { url: 'http://localhost:3000', to: '+12025550142' } })
  const dir = t.testdir({ 'call.ndjson': '' })
  t.match(parseReplayArguments([`${dir}/call.ndjson`]), { call: { kind: 'tape', file: `${dir}/call.ndjson` } })
  t.same(parseReplayArguments(['-h', 'whatever']), { help: true })
})

test('says what is wrong', async (t) => {
  const dir = t.testdir({ 'call.ndjson': '' })
  const wrong: Array<[string[], RegExp]> = [
    [[], /Name a recorded caller/],
    [['--fsat', HELLO], /--fsat/],
    [['--wav', HELLO], /--wav must name a .wav file/],
    [[HELLO, '--wav'], /--wav/],
    [[HELLO, '--wav', 'out.mp3'], /--wav must name a \.wav file, not "out.mp3"/],
    [['README.md'], /README\.md: must be a recorded caller/],
    [['fixtures/none.ulaw'], /fixtures\/none\.ulaw: there is no such file/],
    [[HELLO, `${dir}/call.ndjson`], /name it alone/],
    [[HELLO, '--url', 'localhost:3000'], /--url must be an http/],
    [[HELLO, '--url', 'http://x', '--fast'], /--fast and --against cannot go with --url/],
    [[HELLO, '--url', 'http://x', '--agent', 'package.json'], /--agent cannot go with --url/],
    [[HELLO, '--to', '+12025550142'], /--to goes with --url only/],
    [[HELLO, '--url', 'http://x', '--to', '5550142'], /--to must be a number such as/],
    [[HELLO, '--agent', 'none.json'], /--agent: there is no file none\.json/]
  ]
  for (const [args, message] of wrong) t.throws(() => parseReplayArguments(args), { name: 'ArgumentError', message }, args.join(' '))
  t.throws(() => parseReplayArguments([]), ArgumentError)
})

test('the usage names every option', async (t) => {
  for (const option of ['--fast', '--wav', '--agent', '--url', '--to', '--help']) t.match(REPLAY_USAGE, option)
})
