/** What the agent says when it is Earshot that has something to say. Spoken in the agent's voice, from the phrase cache. */
export interface StockPhrases {
  greeting: string
  /** A provider failed. */
  apology: string
  /** The caller spoke and could not be understood. */
  misheard: string
  /** Something takes its time. */
  oneMoment: string
  /** The caller has been silent. */
  stillThere: string
  /** The caller stays silent. */
  goodbyeSilent: string
  /** The call has lasted as long as it may. */
  goodbyeTooLong: string
  goodbye: string
  /** The call goes on after its connection was lost. */
  cutOff: string
  /** To an answering machine. */
  voicemail: string
}

const ENGLISH: StockPhrases = {
  greeting: 'Hello, how can I help you?',
  apology: 'I am sorry, I am having some trouble right now. Could you say that again?',
  misheard: 'Sorry, I did not catch that. Could you say it again?',
  oneMoment: 'One moment, please.',
  stillThere: 'Are you still there?',
  goodbyeSilent: 'I cannot hear you, so I will hang up now. Please call again. Goodbye.',
  goodbyeTooLong: 'I am sorry, I have to end our call now. Please call again. Goodbye.',
  goodbye: 'Goodbye.',
  cutOff: 'Sorry, we were cut off. Please go on.',
  voicemail: 'Hello, we tried to reach you. Please call us back. Goodbye.'
}

const BY_LANGUAGE: Record<string, StockPhrases> = {
  en: ENGLISH,
  es: {
    greeting: 'Hola, ¿en qué puedo ayudarle?',
    apology: 'Lo siento, tengo un problema en este momento. ¿Puede repetirlo?',
    misheard: 'Perdone, no le he entendido. ¿Puede repetirlo?',
    oneMoment: 'Un momento, por favor.',
    stillThere: '¿Sigue ahí?',
    goodbyeSilent: 'No le oigo, así que voy a colgar. Vuelva a llamar, por favor. Adiós.',
    goodbyeTooLong: 'Lo siento, tengo que terminar la llamada. Vuelva a llamar, por favor. Adiós.',
    goodbye: 'Adiós.',
    cutOff: 'Perdone, se ha cortado. Continúe, por favor.',
    voicemail: 'Hola, hemos intentado hablar con usted. Llámenos, por favor. Adiós.'
  },
  fr: {
    greeting: 'Bonjour, comment puis-je vous aider ?',
    apology: 'Je suis désolé, j’ai un problème en ce moment. Pouvez-vous répéter ?',
    misheard: 'Pardon, je n’ai pas compris. Pouvez-vous répéter ?',
    oneMoment: 'Un instant, s’il vous plaît.',
    stillThere: 'Êtes-vous toujours là ?',
    goodbyeSilent: 'Je ne vous entends pas, je vais donc raccrocher. Rappelez-nous. Au revoir.',
    goodbyeTooLong: 'Je suis désolé, je dois terminer notre appel. Rappelez-nous. Au revoir.',
    goodbye: 'Au revoir.',
    cutOff: 'Pardon, nous avons été coupés. Continuez, je vous en prie.',
    voicemail: 'Bonjour, nous avons essayé de vous joindre. Merci de nous rappeler. Au revoir.'
  },
  de: {
    greeting: 'Guten Tag, wie kann ich Ihnen helfen?',
    apology: 'Entschuldigung, ich habe gerade eine Störung. Können Sie das bitte wiederholen?',
    misheard: 'Entschuldigung, das habe ich nicht verstanden. Können Sie es wiederholen?',
    oneMoment: 'Einen Moment, bitte.',
    stillThere: 'Sind Sie noch da?',
    goodbyeSilent: 'Ich höre Sie nicht und lege jetzt auf. Rufen Sie gern wieder an. Auf Wiederhören.',
    goodbyeTooLong: 'Entschuldigung, ich muss unser Gespräch jetzt beenden. Rufen Sie gern wieder an. Auf Wiederhören.',
    goodbye: 'Auf Wiederhören.',
    cutOff: 'Entschuldigung, wir wurden unterbrochen. Bitte sprechen Sie weiter.',
    voicemail: 'Guten Tag, wir haben versucht, Sie zu erreichen. Bitte rufen Sie uns zurück. Auf Wiederhören.'
  }
}

/** @param language BCP 47; English when there is none or nobody has translated it */
export function stockPhrases (language: string | undefined): StockPhrases {
  return BY_LANGUAGE[language?.slice(0, 2).toLowerCase() ?? 'en'] ?? ENGLISH
}
