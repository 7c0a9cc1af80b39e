/** Why a message did not arrive, by the code that comes with its status (https://www.twilio.com/docs/api/errors). */
const FAILURES = new Map<number, string>([
  [21610, 'The recipient does not want text messages from this number.'],
  [30001, 'The queue of this number is full.'],
  [30002, 'The Twilio account is suspended.'],
  [30003, 'The phone cannot be reached: it is off, or out of coverage.'],
  [30004, 'The recipient has blocked messages.'],
  [30005, 'The number is unknown or no longer in use.'],
  [30006, 'The number is a landline, or its carrier takes no text messages.'],
  [30007, 'The carrier or Twilio has filtered the message.'],
  [30008, 'The carrier gave no reason.'],
  [30010, 'The message costs more than was allowed.'],
  [30019, 'The content is larger than the carrier takes.'],
  [30032, 'The toll-free number is not verified.'],
  [30034, 'The number is not registered for messages to the United States (A2P 10DLC).'],
  [30410, 'The carrier did not answer in time.'],
  [30453, 'Twilio has held the message back as likely fraud.']
])

/** What is told of a message that failed. */
export const failureOf = (errorCode: number): string => `${FAILURES.get(errorCode) ?? 'The message was not delivered.'} (Twilio's error ${errorCode}.)`
