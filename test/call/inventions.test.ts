import { test } from 'tap'
import { inventionReason, isInvention, type Recognition } from '../../src/call/inventions.ts'

const reason = (text: string, voicedMs: number, more: Partial<Recognition> = {}) => inventionReason({ text, voicedMs, language: 'en', ...more })

test('a real short answer is never filtered', async (t) => {
  for (const text of ['Yes.', 'No.', 'Okay.', 'No, no.', 'Sure!', 'Stop.']) {
    t.equal(reason(text, 100), undefined, text)
    t.equal(reason(text, 100, { noSpeechProbability: 0.95, averageLogProbability: -1.5 }), undefined, `${text}, said to be unsure`)
    t.notOk(isInvention({ text, voicedMs: 100 }), `${text}, language unknown`)
  }
  t.equal(reason('Sí.', 128, { language: 'es' }), undefined)
  t.equal(reason('Oui.', 128, { language: undefined }), undefined)
})

test('nothing said', async (t) => {
  t.equal(reason('Yes.', 32), 'no-voice')
  for (const text of ['', ' ', '...', '[BLANK_AUDIO]', '(upbeat music)', '♪ la la la ♪', '*coughs*']) t.equal(reason(text, 900), 'no-words', text)
})

test('the ends of videos, in any language, however long the noise', async (t) => {
  for (const text of [
    'Thank you for watching!', 'Thanks for watching. Thanks for watching.', 'Subtitles by the Amara.org community', 'Subtitles by John Doe', 'Please subscribe.',
    '¡Suscríbete!', 'Subtítulos realizados por la comunidad de Amara.org', 'Sous-titres réalisés para la communauté d’Amara.org', 'Sous-titrage ST’ 501',
    'Untertitel im Auftrag des ZDF für funk, 2017', 'Vielen Dank fürs Zuschauen!'
  ]) t.equal(reason(text, 3000), 'known-phrase', text)
  t.equal(reason('Please subscribe me to the newsletter', 2500), undefined)
})

test('a courtesy needs the voice it takes', async (t) => {
  for (const text of ['Thank you.', 'you', 'Bye.', 'Thank you very much.']) {
    t.equal(reason(text, 200), 'quiet-phrase', text)
    t.equal(reason(text, 700), undefined, text)
    t.equal(reason(text, 700, { noSpeechProbability: 0.9 }), 'quiet-phrase', text)
  }
})

test('faster than anybody speaks', async (t) => {
  t.equal(reason('I would like to talk to somebody about my bill.', 300), 'too-fast')
  t.equal(reason('I would like to talk to somebody about my bill.', 1800), undefined)
  t.equal(reason('ご視聴ありがとうございました', 300), 'too-fast')
  t.equal(reason('555 1234', 2500), undefined)
})

test('the recogniser’s own doubt, by Whisper’s rule', async (t) => {
  const text = 'the other side of it'
  t.equal(reason(text, 900, { noSpeechProbability: 0.7, averageLogProbability: -1.2 }), 'low-confidence')
  t.equal(reason(text, 900, { noSpeechProbability: 0.7, averageLogProbability: -0.4 }), undefined)
  t.equal(reason(text, 900, { noSpeechProbability: 0.3, averageLogProbability: -1.2 }), undefined)
  t.equal(reason(text, 900, { noSpeechProbability: 0.9 }), undefined, 'long speech is believed')
  t.equal(reason(text, 420, { noSpeechProbability: 0.9 }), 'low-confidence')
})
