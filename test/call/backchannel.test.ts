import { test } from 'tap'
import { isBackchannel } from '../../src/call/backchannel.ts'

test('what a listener says', async (t) => {
  for (const text of ['Uh-huh.', 'Mm-hmm', 'mmmm', 'Okay.', 'okay, okay', 'Right.', 'Oh, I see.', 'Yeah, got it', 'Hmm.', 'All right']) t.ok(isBackchannel(text, 'en'), text)
  for (const text of ['Vale', 'Ajá, ya veo', 'Claro']) t.ok(isBackchannel(text, 'es'), text)
  for (const text of ['D’accord', 'Ah oui, je vois', 'mmh'.slice(0, 2)]) t.ok(isBackchannel(text, 'fr'), text)
  for (const text of ['Ach so', 'Ja, ja', 'Mhm, verstehe']) t.ok(isBackchannel(text, 'de'), text)
})

test('what a caller means', async (t) => {
  for (const text of ['', '…', 'Yes', 'No', 'No, no', 'Stop', 'Wait', 'Okay, but', 'Right, can you repeat that', 'Hold on', 'I see a problem', 'okay okay okay okay okay okay']) t.notOk(isBackchannel(text, 'en'), text)
  t.notOk(isBackchannel('Sí', 'es'))
  t.notOk(isBackchannel('Nein', 'de'))
})

test('in an unknown language only sounds', async (t) => {
  t.ok(isBackchannel('Mm-hmm'))
  t.ok(isBackchannel('Uh-huh', 'pt'))
  t.notOk(isBackchannel('okay', 'pt'))
})
