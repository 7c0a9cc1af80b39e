import { test } from 'tap'
import { judgeCompleteness, type Completeness } from '../../src/call/completeness.ts'

const examples: Record<string, Record<Completeness, string[]>> = {
  en: {
    finished: [
      'What time do you open on Sundays?', 'Can you tell me my balance', 'Hi, I’d like to book a table for two tomorrow.', 'Where are you calling from?',
      'I need to change my appointment, please.', 'Yes I do have one. Thank you.', 'My number is 555 123 4567.', 'It’s anna dot smith at gmail dot com', 'anna.smith@example.com',
      'How do I log in?', 'My zip code is 9 0 2 1 0', 'the last four digits are 4 3 2 1', 'I think so'
    ],
    'short-answer': ['Yes.', 'No!', 'Yeah, that’s right.', 'Um, no thank you.', 'Okay bye.', 'Goodbye.', 'Uh-huh.', 'Sure, go ahead', 'Seven.', '12', 'I don’t know.', 'yes it is'],
    hanging: [
      'I wanted to ask about the.', 'My name is', 'My number is.', 'It’s', 'I can’t come because', 'I would like to', 'and then I', 'Hello, can you', 'in the morning or.', 'I’m looking for a',
      'Enter the number and.', 'we were there with my', 'I’d like'
    ],
    dictating: ['My number is 555', 'five five five one two', 'It’s 555, 123', 'double five oh', 'A N N', 'that is s m i', 'my email is anna', 'anna at gmail', 'anna dot', 'anna@example', 'my email is anna.smith at', 'My account number is 12'],
    filler: ['Um.', 'Well…', 'Well, uh', 'I would like, um', 'Let me see.', 'the date is, let me think', 'Hello?', 'So'],
    unclear: ['', '...', 'I was talking with my brother yesterday', 'a table for two', 'John Smith', 'the blue one', 'at 7:30', 'it costs $45', 'in May 2024']
  },
  es: {
    finished: ['¿A qué hora abren mañana?', 'Quisiera reservar una mesa para dos personas.', 'Mi teléfono es el 612 345 678', 'no me lo sé', 'quiero cancelar mi pedido, por favor'],
    'short-answer': ['Sí.', 'No, gracias.', 'Claro que sí.', 'Vale, adiós.', 'Está bien', 'eh, no'],
    hanging: ['Quisiera hablar con.', 'Mi número es', 'porque', 'Me gustaría', 'llamo para preguntar por el', 'y también la', 'creo que', 'me llamo'],
    dictating: ['Mi número es 612', 'seis uno dos tres', 'mi correo es ana', 'ana arroba gmail', 'ana punto'],
    filler: ['Eh…', 'Pues, a ver', 'Bueno', 'quiero, este', 'déjeme ver'],
    unclear: ['mañana por la tarde', 'ayer hablé con mi hermano', 'una mesa']
  },
  fr: {
    finished: ['À quelle heure ouvrez-vous demain ?', 'Je voudrais réserver une table pour deux.', 'Mon numéro est le 06 12 34 56 78', 'une baguette, s’il vous plaît'],
    'short-answer': ['Oui.', 'Non merci.', 'D’accord.', 'C’est ça, oui', 'Au revoir !', 'euh, oui'],
    hanging: ['Je voudrais parler à.', 'Mon nom est', 'parce que', 'j’appelle pour', 'Je voudrais', 'c’est', 'et puis je', 'avec ma'],
    dictating: ['Mon numéro c’est le 06 12', 'zéro six douze', 'mon adresse mail c’est anna', 'anna arobase gmail'],
    filler: ['Euh…', 'Alors, euh', 'Bonjour', 'attendez voir', 'c’est, comment dire'],
    unclear: ['demain matin', 'j’ai parlé avec mon frère hier']
  },
  de: {
    finished: ['Wann haben Sie morgen geöffnet?', 'Ich möchte einen Tisch für zwei Personen reservieren.', 'Können Sie mir das bitte schicken', 'Ich rufe an, weil meine Bestellung nicht angekommen ist, danke', 'Meine Nummer ist 0171 234567'],
    'short-answer': ['Ja.', 'Nein danke.', 'Genau, das stimmt.', 'Alles klar, tschüss', 'Ähm, ja'],
    hanging: ['Ich möchte mit.', 'Mein Name ist', 'Ich rufe an, weil', 'und dann noch die', 'Ich hätte gern', 'Können Sie', 'zum'],
    dictating: ['Meine Nummer ist 0171', 'null eins sieben', 'meine E-Mail ist anna', 'anna punkt'],
    filler: ['Äh…', 'Also, ähm', 'Moment', 'Guten Tag', 'mal sehen'],
    unclear: ['morgen Nachmittag', 'ich habe gestern mit meinem Bruder gesprochen', 'ich rufe an, weil meine Bestellung nicht angekommen ist']
  }
}

for (const [language, kinds] of Object.entries(examples)) {
  test(`turns in ${language}`, async (t) => {
    for (const [kind, texts] of Object.entries(kinds)) {
      for (const text of texts) t.equal(judgeCompleteness(text, language), kind, text)
    }
  })
}

test('punctuation and case change nothing', async (t) => {
  for (const [language, kinds] of Object.entries(examples)) {
    for (const text of Object.values(kinds).flat()) {
      if (/[@$:.'’-]\w/.test(text)) continue
      const bare = text.replace(/[.,?!…¿]/g, '')
      t.equal(judgeCompleteness(`${bare.toUpperCase()}.`, language), judgeCompleteness(bare, language), text)
    }
  }
})

test('a language without lists leaves it to timing, but for digits and addresses', async (t) => {
  for (const language of ['pt', undefined]) {
    t.equal(judgeCompleteness('o meu nome é', language), 'unclear')
    t.equal(judgeCompleteness('sim', language), 'unclear')
    t.equal(judgeCompleteness('5 5 5', language), 'dictating')
    t.equal(judgeCompleteness('anna@example', language), 'dictating')
  }
  t.equal(judgeCompleteness('my name is', 'en-GB'), 'hanging')
})
