/** What callers and the hotel's agent say, a turn each, the agent first. */
export const CONVERSATIONS: readonly string[][] = [
  ['Seaside Hotel, good morning! How can I help you?', 'Hi, I would like to book a room for the weekend.', 'Gladly. For which name, and for how many guests?', 'Martin Hale, two adults.', 'Thank you, Mr Hale. Friday to Sunday for two, with breakfast. Shall I hold that for you?', 'Yes please, that would be great.', 'It is held until six this evening. You will get the confirmation by text message. Is there anything else?', 'No, that was all. Thank you!', 'Thank you for calling. Have a lovely day!'],
  ['Seaside Hotel, good morning! How can I help you?', 'What time can we check in tomorrow?', 'From three in the afternoon. You may leave your bags with us earlier.', 'And is there parking?', 'There is, right behind the house, and it is free.', 'Perfect, thanks. Bye!', 'See you tomorrow!'],
  ['Seaside Hotel, good morning! How can I help you?', 'I left a grey jacket in room twelve.', 'I am sorry to hear that. When did you check out?', 'On Sunday, around eleven.', 'Thank you. A colleague will look for it and call you back this afternoon.'],
  ['Seaside Hotel, good morning! How can I help you?', 'Do you have breakfast for people with allergies?', 'We do. Tell us what to leave out, and the kitchen prepares a plate for you.']
]

/** Text messages of one thread, the guest first. */
export const TEXTS: readonly string[] = [
  'Hi, could we get a late check-out on Sunday?',
  'Good morning! Late check-out until 1 pm is possible and free of charge. Shall I note it for room 12?',
  'Yes please!',
  'Done. Enjoy your stay, and see you on Friday.'
]

export const PROMPTS: ReadonlyArray<{ name: string, category: string, description: string, content: string }> = [
  { name: 'Confirm the arrival', category: 'reservations', description: 'The day before', content: 'You call for the Seaside Hotel. Ask whether the guest still arrives tomorrow, and at what time. Offer a parking space.' },
  { name: 'After the stay', category: 'feedback', description: 'Two days later', content: 'You call for the Seaside Hotel. Thank the guest for the stay, and ask what we could do better.' },
  { name: 'Table for tonight', category: 'restaurant', description: 'At noon', content: 'You call for the restaurant of the Seaside Hotel. Ask whether the table for tonight is still wanted, and for how many.' }
]

export const SYSTEM_PROMPT = 'You are the receptionist of a small hotel by the sea. Be warm and brief: one or two short sentences at a time. Check-in is from 3 pm, check-out until 11 am, breakfast from 7 to 10, parking is free. Take down a reservation request by asking for the name, the dates and the number of guests, one question at a time, and read it back.'

/** What the agent answers where it is tried out: by a word of what it is told. */
export const ANSWERS: ReadonlyArray<[RegExp, string]> = [
  [/book|weekend/i, 'With pleasure! Under which name, and for how many guests?'],
  [/hale|adults/i, 'Two adults, Mr Hale: Friday to Sunday, breakfast included. May I hold the room?'],
  [/parking/i, 'Parking is behind the house, and free for our guests.'],
  [/yes/i, 'Done, it is held until six this evening. Anything else?'],
  [/./, 'With pleasure. Is there anything else I can do for you?']
]
