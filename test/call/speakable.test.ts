import fc from 'fast-check'
import { test } from 'tap'
import { speakable } from '../../src/call/speakable.ts'

test('what is said for what was written', async (t) => {
  const cases: Array<[written: string, said: string, language?: string]> = [
    ['**Hello**, *you*! 😊', 'Hello, you!'],
    ['See https://www.example.com/help?topic=1#top.', 'See example dot com slash help.'],
    ['See example.com, or earshot.dev/docs/get-started!', 'See example dot com, or earshot dot dev slash docs slash get dash started!'],
    ['It is at https://example.com/a/very/long/path/that/nobody/wants/to/hear/read', 'It is at example dot com'],
    ['Write to anna.b_c@example.co.uk now.', 'Write to anna dot b underscore c at example dot co dot uk now.'],
    ['[our page](https://example.com)', 'our page'],
    ['You get 20% off & it is 5 °C outside', 'You get 20 percent off and it is 5 degrees Celsius outside'],
    ['#5, C# and #fun', 'number 5, C# and fun'],
    ['Press # or press * now, or dial *67.', 'Press pound or press star now, or dial star 67.'],
    ['5*3 = 15, 2 × 2', '5 times 3 equals 15, 2 times 2'],
    ['and/or, he/she, yes / no, 24/7, 60 km/h, TCP/IP', 'and or, he or she, yes, no, 24/7, 60 km/h, TCP/IP'],
    ['Settings → Privacy, ~20 of them', 'Settings, Privacy, about 20 of them'],
    ['# Plan\n- one\n- two.\n\n| a | b |\n|---|---|\n| 1 | 2 |', 'Plan. one. two. a, b. 1, 2'],
    ['order_id is $4.50', 'order id is $4.50'],
    ['half **of a pair', 'half of a pair'],
    ['Das sind 5 % & mehr: www.beispiel.de/hilfe', 'Das sind 5 Prozent und mehr: beispiel Punkt de Schrägstrich hilfe', 'de'],
    ['Escriba a ana@ejemplo.es o mire ejemplo.es/ayuda.', 'Escriba a ana arroba ejemplo punto es o mire ejemplo punto es barra ayuda.', 'es'],
    ['Il fait 20 °C & 50 % à l’ombre.', 'Il fait 20 degrés Celsius et 50 pour cent à l’ombre.', 'fr-CA'],
    ['São 50% em https://www.exemplo.pt/ajuda?x=1', 'São 50% em exemplo.pt/ajuda', 'pt']
  ]
  for (const [written, said, language] of cases) t.equal(speakable(written, language), said, written)
})

test('what has always been speakable stays', async (t) => {
  for (const text of ['Dr. Smith is in at 3 p.m.', 'It costs $1,234.50, e.g. on May 3, 2025.', 'Wait... really?!', 'Oui — c’est ça.', '您好，请问有什么可以帮您？', 'She said “no”. (Twice.)']) t.equal(speakable(text), text)
})

test('plain text takes a short way to the same end', async (t) => {
  const text = fc.array(fc.constantFrom('a', 'Anna', '5', '.', ',', '!', ':', ';', ' ', '-', '—', '’', '“', '”', '$', '…', '¿', 'D', ')', 'é', 'com', '\u200D'), { maxLength: 12 }).map((parts) => parts.join(''))
  // Two asterisks are removed without a trace, but keep a text from being plain.
  fc.assert(fc.property(text, (written) => {
    const [short, long] = [speakable(`word ${written}`), speakable(`**word ${written}`)]
    if (short !== long) throw new Error(JSON.stringify([short, long]))
  }), { numRuns: 3000 })
})

test('nothing to say', async (t) => {
  for (const text of ['', ' \n', '**', '😊', '---', '```', '| --- |', '[](x)', '?!', '&']) t.equal(speakable(text), '', JSON.stringify(text))
})

test('at most twice as long, and saying it again changes nothing', async (t) => {
  const text = fc.array(fc.oneof(
    fc.constantFrom('*', '**', '_', '[a](b)', '](', '#', '&', '%', '°', '°C', '@', 'a@b.co', '/', 'x/y', 'and/or', '+', '=', '~', '\n', '|', '| a | b |', '- ', 'http://', 'https://a.b/c', 'www.', 'a.com', '.', ',', '5', '→', '->', '😀', ' ', 'word', '№', '`', '>', ':'),
    fc.string({ maxLength: 5, unit: 'grapheme' })
  ), { maxLength: 30 }).map((parts) => parts.join(''))
  fc.assert(fc.property(text, fc.constantFrom('en', 'de', 'fr', 'es', 'pt', undefined), (written, language) => {
    const said = speakable(written, language)
    if (said.length > 2 * written.length) throw new Error(`too long: ${said}`)
    const again = speakable(said, language)
    if (again !== said) throw new Error(`not stable: ${JSON.stringify([said, again])}`)
  }), { numRuns: 5000 })
})
