import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import neostandard from 'neostandard'

// The import direction of the design: audio, clock, errors ← vad stt llm tts ← call ← twilio, outbound, sms, scheduler, replay ← archive ← app; store ← api ← app.
const above = {
  foundation: ['vad', 'stt', 'llm', 'tts', 'call', 'twilio', 'outbound', 'sms', 'scheduler', 'replay', 'archive', 'store', 'api', 'app', 'local-speech'],
  capability: ['call', 'twilio', 'outbound', 'sms', 'scheduler', 'replay', 'archive', 'store', 'api', 'app', 'local-speech'],
  call: ['twilio', 'outbound', 'sms', 'scheduler', 'replay', 'archive', 'store', 'api', 'app', 'local-speech'],
  store: ['call', 'twilio', 'outbound', 'sms', 'scheduler', 'replay', 'archive', 'api', 'app', 'vad', 'stt', 'llm', 'tts', 'local-speech']
}

const forbid = (folders, packages = []) => ({
  'no-restricted-imports': ['error', {
    patterns: [
      { group: folders.flatMap((folder) => [`../${folder}/*`, `../${folder}.ts`, `./${folder}/*`, `../../${folder}/*`]), message: 'Against the import direction of the design.' },
      ...(packages.length > 0 ? [{ group: packages, message: 'The call engine gets its world through constructor arguments.' }] : [])
    ]
  }]
})

/** Time that passes by the clock can be advanced by hand, in tests and replays: the same call every time. */
const timeOfTheMachine = [
  "CallExpression[callee.object.name=/^(Date|performance)$/][callee.property.name='now']",
  "NewExpression[callee.name='Date'][arguments.length=0]",
  'CallExpression[callee.name=/^(setTimeout|setInterval)$/]'
].map((selector) => ({ selector, message: 'Time comes from the Clock (src/clock.ts).' }))

export default [
  ...neostandard({ ts: true, ignores: ['dist', 'node_modules', '.build', '.tap', 'data', 'coverage', 'src/console/src/api/schema.d.ts', '.models'] }),
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', name: ['test', 'rejects', 'resolves', 'teardown'], package: 'tap' }] }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      'max-lines': ['error', 400]
    }
  },
  { files: ['src/console/**/*.tsx', 'src/console/**/*.ts'], ...reactHooks.configs.flat.recommended },
  // A handler may return a query's promise, which never rejects. React's compiler is not used: what it would leave alone needs no warning.
  { files: ['src/console/**/*.tsx'], rules: { '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, attributes: false } }], 'react-hooks/incompatible-library': 'off' } },
  { files: ['src/console/**/*.tsx'], ...jsxA11y.flatConfigs.strict },
  { files: ['src/audio/**', 'src/clock.ts', 'src/errors.ts'], rules: forbid(above.foundation) },
  { files: ['src/vad/**', 'src/stt/**', 'src/llm/**', 'src/tts/**'], rules: forbid(above.capability) },
  {
    files: ['src/call/**'],
    rules: {
      ...forbid(above.call, ['fastify', '@fastify/*', 'ws', 'mongodb', 'openai', 'twilio', 'pino']),
      'no-restricted-globals': ['error', 'Date', 'process', 'setTimeout', 'setInterval', 'setImmediate']
    }
  },
  {
    files: ['src/**/*.ts'],
    // The clock itself, the process's start, the console, processes and threads of their own, and what gathers the pieces of a real connection.
    ignores: ['src/clock.ts', 'src/main.ts', 'src/tts/gathered.ts', 'src/console/**', 'src/local-speech/**', 'src/vad/silero.ts'],
    rules: { 'no-restricted-syntax': ['error', ...timeOfTheMachine] }
  },
  { files: ['src/store/**'], rules: forbid(above.store) },
  { files: ['src/twilio/**'], rules: forbid(['scheduler', 'replay', 'archive', 'api', 'app']) },
  { files: ['src/api/**'], rules: forbid(['app']) }
]
