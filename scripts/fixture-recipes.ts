/** What the recorded callers of fixtures/callers are made of: clips, cut where the speaker breathes, and the pauses between them. */

/** The Debian packages the clips come from; fixtures/callers/README.md names their authors and licences. */
export const PACKAGES = [
  'asterisk-core-sounds-en-wav',
  'asterisk-core-sounds-es-wav',
  'asterisk-core-sounds-fr-wav',
  'asterisk-moh-opsound-wav',
  'pocketsphinx-testdata'
]

/** Where a clip's name begins: folder inside the unpacked packages, and the file's ending. */
export const SOURCES: Record<string, { folder: string, ending: '.wav' | '.raw' }> = {
  en: { folder: 'usr/share/asterisk/sounds/en_US_f_Allison', ending: '.wav' },
  es: { folder: 'usr/share/asterisk/sounds/es_MX_f_Allison', ending: '.wav' },
  fr: { folder: 'usr/share/asterisk/sounds/fr_CA_f_June', ending: '.wav' },
  music: { folder: 'usr/share/asterisk/moh', ending: '.wav' },
  book: { folder: 'usr/share/pocketsphinx/test/data/librivox', ending: '.wav' },
  cards: { folder: 'usr/share/pocketsphinx/test/data/cards', ending: '.wav' },
  /** Raw PCM16 at 16 kHz. */
  sphinx: { folder: 'usr/share/pocketsphinx/test/data', ending: '.raw' }
}

export interface Recipe {
  name: string
  /** What is said; empty where nobody speaks. */
  text: string
  /**
   * `source:clip` or `source:clip@fromMs-toMs`, and between them the pause in milliseconds from the end of the one's speech to
   * the beginning of the other's.
   */
  parts: Array<string | number>
  /** Level of the line's own noise; −62 dBFS, a quiet room, when absent. */
  noiseDbfs?: number
  /** Music under the speech. */
  under?: { clip: string, dbfs: number }
}

const austen = (part: string): string => `book:sense_and_sensibility_01_austen_64kb-${part}`

export const RECIPES: Recipe[] = [
  // The demo: one caller, four things to say.
  { name: 'demo-1', text: 'Hello. Something is terribly wrong.', parts: ['en:hello', 280, 'en:something-terribly-wrong'] },
  { name: 'demo-2', text: 'Weasels have eaten our phone system.', parts: ['en:tt-weasels'] },
  {
    name: 'demo-3',
    text: 'The number I have is five five five, zero one four two.',
    parts: ['en:vm-num-i-have', 250, 'en:digits/5', 130, 'en:digits/5', 130, 'en:digits/5', 350, 'en:digits/0', 130, 'en:digits/1', 130, 'en:digits/4', 130, 'en:digits/2']
  },
  { name: 'demo-4', text: 'Thank you. Goodbye.', parts: ['en:auth-thankyou', 220, 'en:goodbye'] },

  // Short and long.
  { name: 'no', text: 'No.', parts: ['en:vm-no'] },
  { name: 'hello', text: 'Hello.', parts: ['en:hello'] },
  { name: 'question', text: 'Change to which folder?', parts: ['en:vm-changeto'] },
  { name: 'command', text: 'Go somewhere and do something.', parts: ['sphinx:something'] },
  { name: 'goodbye', text: 'Thank you for your patience. Goodbye.', parts: ['en:queue-thankyou', 260, 'en:goodbye'] },
  {
    name: 'long',
    text: 'And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power to do for them.',
    parts: [austen('0870')]
  },
  {
    name: 'very-long',
    text: 'I am about to attempt an Inter-Asterisk Exchange connection to a demonstration server located at Digium. In order for this to work you must already be connected to the Internet. Please wait a moment while I attempt to make the connection.',
    parts: ['en:demo-abouttotry']
  },
  { name: 'cards', text: 'Eight of spades, four of clubs, seven of hearts.', parts: ['cards:005'] },
  { name: 'spanish', text: 'Lo siento, pero no logré encontrar a la persona que usted busca.', parts: ['es:followme/sorry'] },
  { name: 'french', text: 'Désolé, je n\'ai pas réussi à localiser la personne que vous désirez joindre.', parts: ['fr:followme/sorry'] },

  // Pauses inside a turn, for end-of-turn detection.
  { name: 'pause-250', text: 'The party you are trying to reach does not accept unidentified calls.', parts: ['en:privacy-unident@0-1890', 250, 'en:privacy-unident@1890-'] },
  { name: 'pause-350', text: 'I\'m sorry, but I was unable to locate the person you are calling.', parts: ['en:followme/sorry@0-940', 350, 'en:followme/sorry@940-'] },
  { name: 'pause-450', text: 'The person you are calling is not at their desk; I will try to locate them for you.', parts: ['en:followme/status@0-2270', 450, 'en:followme/status@2500-'] },
  { name: 'pause-550', text: 'The number you have dialed is not in service. Please check the number and dial again.', parts: ['en:ss-noservice@0-2500', 550, 'en:ss-noservice@2500-'] },
  { name: 'pause-600', text: 'Sorry, but the user\'s mailbox can\'t accept more messages.', parts: ['en:vm-mailboxfull@0-730', 600, 'en:vm-mailboxfull@730-'] },
  { name: 'pause-700', text: 'I\'m sorry, there are no matches for those keywords.', parts: ['en:demo-nomatch@0-1065', 700, 'en:demo-nomatch@1065-'] },
  {
    name: 'pause-800',
    text: 'All of our representatives are currently busy. Please stay on the line, and your call will be answered by the next available representative.',
    parts: ['en:queue-periodic-announce@0-2590', 800, 'en:queue-periodic-announce@2590-4050', 500, 'en:queue-periodic-announce@4050-']
  },
  {
    name: 'pause-800-book',
    text: 'He was not an ill-disposed young man, unless to be rather cold-hearted and rather selfish is to be ill-disposed.',
    parts: [austen('0880'), 800, austen('0890')]
  },
  { name: 'pause-900', text: 'Unidentified or withheld, and therefore cannot be called back.', parts: ['en:unidentified-no-callback@0-1140', 400, 'en:unidentified-no-callback@1140-2270', 900, 'en:unidentified-no-callback@2270-'] },
  { name: 'pause-1000', text: 'I am sorry, there is no call parked on that extension. Please try again.', parts: ['en:pbx-invalidpark@0-1080', 650, 'en:pbx-invalidpark@1080-3675', 1000, 'en:pbx-invalidpark@3675-'] },
  { name: 'pause-1000-and', text: 'Something is terribly wrong, and weasels have eaten our phone system.', parts: ['en:something-terribly-wrong', 300, 'en:vm-and', 1000, 'en:tt-weasels'] },
  { name: 'pause-1200-book', text: 'Had he married a more amiable woman, he might have been made still more respectable than he was. He might even have been made amiable himself.', parts: [`${austen('0920')}@0-5570`, 1200, austen('0930')] },
  {
    name: 'digits',
    text: 'The number I have is five five five, zero one four two.',
    parts: ['en:vm-num-i-have', 900, 'en:digits/5', 420, 'en:digits/5', 400, 'en:digits/5', 700, 'en:digits/0', 450, 'en:digits/1', 520, 'en:digits/4', 600, 'en:digits/2']
  },
  { name: 'spelling', text: 'S M I T H.', parts: ['en:letters/s', 380, 'en:letters/m', 450, 'en:letters/i', 550, 'en:letters/t', 480, 'en:letters/h'] },

  // Not only a voice.
  { name: 'noisy', text: 'Please check the number and dial again.', parts: ['en:check-number-dial-again'], noiseDbfs: -37 },
  { name: 'over-music', text: 'Something is terribly wrong. Weasels have eaten our phone system.', parts: ['en:something-terribly-wrong', 500, 'en:tt-weasels'], under: { clip: 'music:macroform-the_simplicity@30000-', dbfs: -38 } },
  { name: 'music', text: '', parts: ['music:macroform-cold_day@20000-40000'] },
  { name: 'music-band', text: '', parts: ['music:reno_project-system@60000-75000'] }
]
