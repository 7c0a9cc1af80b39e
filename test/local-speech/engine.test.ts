import { register } from 'node:module'
import { test } from 'tap'
import { loadRecogniser, loadVoice } from '../../src/local-speech/engine.ts'

// A machine for which npm had no build of the optional package.
register(`data:text/javascript,${encodeURIComponent(`
  export const resolve = async (name, context, next) => {
    if (name === 'sherpa-onnx-node') throw new Error('Cannot find package')
    return await next(name, context)
  }
`)}`)

test('without the engine\'s package it is said what is missing, and what does without it', async (t) => {
  for (const load of [loadRecogniser, loadVoice]) {
    const loading: Promise<unknown> = load('.models')
    await t.rejects(loading, { code: 'internal', message: /sherpa-onnx-node.*npm install --include=optional.*OPENAI_API_KEY.*STT_BASE_URL/ })
  }
})
