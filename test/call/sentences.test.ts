import fc from 'fast-check'
import { test } from 'tap'
import { SentenceSplitter } from '../../src/call/sentences.ts'

/** As a model streams: a word with the space before it at a time. */
const tokens = (text: string): string[] => text.match(/\s*\S+|\s+$/g) ?? []

function split (text: string, language?: string, deltas = tokens(text)): string[] {
  const splitter = new SentenceSplitter({ language })
  return [...deltas.flatMap((delta) => splitter.push(delta)), ...splitter.flush()]
}

/** What has come out, trimmed, after each word went in, until the first piece. */
function wordsUntilFirstPiece (text: string, language?: string): { words: number, piece: string | undefined } {
  const splitter = new SentenceSplitter({ language })
  let words = 0
  for (const token of tokens(text)) {
    words++
    const [piece] = splitter.push(token)
    if (piece !== undefined) return { words, piece: piece.trim() }
  }
  return { words, piece: undefined }
}

test('the first piece is as early as a voice can bear', async (t) => {
  const cases: Array<[text: string, words: number, piece: string, language?: string]> = [
    ['Sure! I can help you with that.', 2, 'Sure!'],
    ['Of course, I can look that up.', 3, 'Of course,'],
    ['Let me see: you have two orders.', 4, 'Let me see:'],
    ['One moment please — I am looking.', 5, 'One moment please —'],
    ['I found your booking and it is confirmed.', 6, 'I found your booking'],
    ['I can look up your order for you right away if you like.', 8, 'I can look up your order'],
    ['Puedo consultar su pedido ahora mismo para que usted lo tenga.', 8, 'Puedo consultar su pedido ahora mismo', 'es'],
    ['Je peux regarder votre commande maintenant pour vous aider.', 8, 'Je peux regarder votre commande maintenant', 'fr'],
    ['Ich kann Ihre Bestellung gerne gleich für Sie nachsehen.', 8, 'Ich kann Ihre Bestellung gerne gleich', 'de']
  ]
  for (const [text, words, piece, language] of cases) t.same(wordsUntilFirstPiece(text, language), { words, piece }, text)
})

test('a clause too short to cover the next synthesis is kept', async (t) => {
  t.equal(split('Yes, that is right.')[0], 'Yes, that is right.')
  t.equal(split('Sure, I can do that.')[0], 'Sure, I can do that.')
})

test('after a tiny first piece the second is early too, then come whole sentences', async (t) => {
  t.same(split('Sure! Let me have a look, it will not take long. There are two of them, one in March, and the other one in the week after. Do you want both?'), [
    'Sure! ', 'Let me have a look, ', 'it will not take long. There are two of them, one in March, and the other one in the week after. ', 'Do you want both?'
  ])
})

test('what does not end a sentence', async (t) => {
  const lead = 'Thank you very much for waiting. '
  const whole: Array<[text: string, language?: string]> = [
    ['It costs $4.50 or 1,000.00 euros a month.'],
    ['We open at 3 p.m. on weekdays and 9 a.m. Monday to Friday.'],
    ['Your visit is on May 3, 2025 at 10.30 with Dr. Smith.'],
    ['Please write to anna.smith@example.com or see https://www.example.com/help.html?a=1 for more.'],
    ['The book is by J. R. R. Tolkien and not by C. S. Lewis.'],
    ['Mr. and Mrs. Brown live in St. Louis, approx. five miles from here.'],
    ['You can pay by card, e.g. Visa, or by other means, i.e. cash.'],
    ['It is room No. 5 on floor no. 12 of the main building.'],
    ['I am thinking... it may be the second one… or the third.'],
    ['She lives in the U.S. capital with her brother John Jr. and two dogs.'],
    ['We met in Washington D.C. on Jan. 5 in the morning.'],
    ['“Are you there?” she asked twice before the line went dead.'],
    ['El Sr. Pérez y la Dra. Gómez viven en la Av. Central núm. 5.', 'es'],
    ['M. Durand et Mme. Petit arrivent le 3 mars env. à midi.', 'fr'],
    ['Am 3. Mai kommt Hr. Dr. Müller z.B. mit dem Zug, d.h. um ca. 12 Uhr.', 'de']
  ]
  for (const [text, language] of whole) t.same(split(lead + text, language).slice(1), [text], text)
})

test('what does', async (t) => {
  const cut: Array<[first: string, second: string, language?: string]> = [
    ['We close on weekdays and on Saturdays at 5 p.m. ', 'Is there anything else?'],
    ['There is nothing left of it in our warehouse. ', '“Tomorrow” is what they said.'],
    ['I have looked, and I am sorry to say no. ', 'We do not sell it.'],
    ['The answer to the second question you had is 42. ', 'That is all I know.'],
    ['I have sent it to you at anna@example.com. ', 'Did you get it?'],
    ['**It is going to be there on Monday, I think.** ', 'Can you wait?'],
    ['It was not only me who was late, so do I. ', 'We are both sorry.'],
    ['Do you want to hear it again right now?! ', 'it is not long.'],
    ['We sell apples, pears, plums and cherries, etc. ', 'What do you want?'],
    ['Am Sonntag sind wir leider von 10 bis 12 Uhr da. ', 'Am Montag nicht.', 'de'],
    ['Esta tarde no hay nadie en la oficina central. ', '¿Quiere algo más?', 'es']
  ]
  const lead = 'Thank you very much for waiting. '
  for (const [first, second, language] of cut) t.same(split(lead + first + second, language).slice(1), [first, second], first)
})

test('in a hurry a few words are enough', async (t) => {
  const hurried = (before: string, after: string): string[] => {
    const splitter = new SentenceSplitter()
    const pieces = tokens(before).flatMap((token) => splitter.push(token))
    return [...pieces, ...splitter.hurry(), ...tokens(after).flatMap((token) => splitter.push(token)), ...splitter.flush()]
  }
  t.same(hurried('Your order has left', ' the house today.'), ['Your order ', 'has left the house today.'], 'what is there already')
  t.same(hurried('Your', ' order has left the house.'), ['Your order has ', 'left the house.'], 'or as soon as it is there')
  t.same(hurried('Please ask for Dr. Smith', ' in the morning.'), ['Please ask for ', 'Dr. Smith in the morning.'])
  t.same(hurried('They come at 3 p.m. sharp', ' on Sundays.'), ['They come ', 'at 3 p.m. sharp on Sundays.'])
  t.same(hurried('Sure! It is', ' in the house.'), ['Sure! ', 'It is in the house.'], 'only the first piece is hurried')
})

test('enumerators stay with their items, and lines end pieces', async (t) => {
  t.same(split('Here are the steps to follow:\n1. Open the application on your phone now.\n2. Press the big button in the middle.\n3. Wait.'), [
    'Here are the steps to follow:\n', '1. Open the application on your phone now.\n', '2. Press the big button in the middle.\n3. Wait.'
  ])
})

test('Chinese and Japanese sentences need no space', async (t) => {
  t.same(split('您好。很高兴为您服务！请问您需要什么帮助？我可以帮您查询订单，也可以帮您预约。今天还有什么可以帮您的吗？', 'zh', [...'您好。很高兴为您服务！请问您需要什么帮助？我可以帮您查询订单，也可以帮您预约。今天还有什么可以帮您的吗？']), [
    '您好。', '很高兴为您服务！', '请问您需要什么帮助？我可以帮您查询订单，也可以帮您预约。', '今天还有什么可以帮您的吗？'
  ])
})

test('a sentence end is certain only with the next word, or at the end', async (t) => {
  const splitter = new SentenceSplitter()
  t.same(splitter.push('It is 3.'), [])
  t.same(splitter.push('50 now.'), [])
  t.same(splitter.push(' '), [])
  t.same(splitter.push('B'), ['It is 3.50 now. '])
  t.same(splitter.push('ye.'), [])
  t.same(splitter.flush(), ['Bye.'])
  t.same(splitter.flush(), [], 'and it is empty afterwards')
})

test('a long sentence is split at its commas, a longer one without any at a phrase', async (t) => {
  const clause = 'the one that we had talked about last week on the telephone, '
  const pieces = split('I see. ' + 'We have ' + clause.repeat(8) + 'and that is it.')
  t.ok(pieces.length > 3)
  for (const piece of pieces.slice(2, -1)) t.match(piece, /, $/)
  for (const piece of pieces) t.ok(piece.length <= 201, `${piece.length}`)
  const breathless = split('I see. ' + 'we went to the house with the dog and the old man from the shop '.repeat(12))
  for (const piece of breathless) t.ok(piece.length <= 201, `${piece.length}`)
  for (const piece of breathless.slice(2)) t.match(piece, /^(?:to|with|and|from|we) /)
})

test('a link is not torn', async (t) => {
  const link = '[our help page for customers. Really](https://example.com/a?b=1)'
  t.ok(split(`Please see ${link} for it, and then call us again tomorrow.`).some((piece) => piece.includes(link)))
})

const reply = fc.array(fc.oneof(
  fc.constantFrom('Hello', 'we', 'open', 'at', '3 p.m.', 'and', 'Dr.', 'Smith.', 'Really?', 'No.', '5', '1.', '$4.50.', 'e.g.', '—', 'so,', 'wait...', '\n', '\n\n- ', '(see', 'this).', '**bold', 'text.**', '您好。', 'é', '😀', '[a', 'b](http://x.y)', '`', 'word '.repeat(60)),
  fc.string({ unit: 'grapheme', maxLength: 12 })
), { maxLength: 60 }).map((parts) => parts.join(' '))

test('the pieces are the text, however it is divided', async (t) => {
  fc.assert(fc.property(reply, fc.constantFrom('en', 'de', 'pt', undefined), fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (text, language, sizes) => {
    const deltas: string[] = []
    for (let at = 0; at < text.length;) {
      const size = sizes.next().value
      deltas.push(text.slice(at, at + size))
      at += size
    }
    const pieces = split(text, language, deltas)
    const whole = split(text, language, [text])
    const joined = pieces.join('')
    if (!text.startsWith(joined) || text.slice(joined.length).trim() !== '') throw new Error('text lost or changed')
    if (pieces.some((piece) => piece.trim() === '')) throw new Error('an empty piece')
    if (JSON.stringify(pieces) !== JSON.stringify(whole)) throw new Error(`depends on the deltas: ${JSON.stringify([pieces, whole])}`)
  }), { numRuns: 2000 })
})

test('no text makes it wait for more than a long piece', async (t) => {
  fc.assert(fc.property(reply, (text) => {
    const splitter = new SentenceSplitter()
    let held = 0
    for (const token of tokens(text)) {
      held += token.length
      held -= splitter.push(token).join('').length
      // The piece, the word that decides, and the white space between.
      if (held > 200 + 60 + 2 * Math.max(...text.split(/\s/).map((word) => word.length)) && !/\s{20}/.test(text)) throw new Error(`${held} characters held back`)
    }
  }), { numRuns: 500 })
})
