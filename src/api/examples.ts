import type { JsonSchema } from './openapi.ts'

// The numbers are of those kept for fiction, the account none of Twilio's.
const ID = '65a1b2c3d4e5f60718293a4b'

/** What stands under a name in the documentation's examples. */
const BY_NAME = new Map<string, unknown>(Object.entries({
  _id: ID,
  id: ID,
  userId: '65a1b2c3d4e5f60718293a00',
  phoneNumberId: ID,
  fromPhoneNumberId: ID,
  promptId: ID,
  agentId: ID,
  agent_id: ID,
  name: 'Front desk',
  email: 'owner@example.com',
  password: 'correct horse battery',
  currentPassword: 'correct horse battery',
  newPassword: 'staple battery horse',
  phoneNumber: '+14155550123',
  number: '+14155550199',
  otherNumber: '+14155550123',
  numbers: ['+14155550123', '+14155550199'],
  toPhoneNumbers: ['+14155550199'],
  from_number: '+14155550199',
  to_number: '+14155550123',
  fromNumber: '+14155550199',
  toNumber: '+14155550123',
  twilioAccountSid: 'AC00000000000000000000000000000000',
  twilioAuthToken: '0123456789abcdef0123456789abcdef',
  uuid: '2f1c6a52-8f1e-4f0a-9a55-0e5d3a1b7c11',
  call_sid: 'CA00000000000000000000000000000000',
  channel: 'browser',
  key: 'pk_3f9aQm0c0r1x8vZt7b2n5k6j',
  origins: ['https://www.example.com'],
  embed: '<script src="https://voice.example.org/widget.js" data-key="pk_3f9aQm0c0r1x8vZt7b2n5k6j" async></script>',
  streamUrl: 'wss://voice.example.org/twilio/media',
  token: 'q3Zk0r1x8vZt7b2n5k6j4h1g9f8dQm0c0r1x8vZt7b2',
  messageSid: 'SM00000000000000000000000000000000',
  session_id: '9b2f4c1e-7d60-4b0f-8f5e-3a1c2d4e5f60',
  systemPrompt: 'You are the receptionist of a small hotel. Answer in one or two short sentences.',
  greeting: 'Seaside Hotel, good morning!',
  sttModel: 'whisper-1',
  inferenceModel: 'gpt-4o-mini',
  ttsModel: 'gpt-4o-mini-tts',
  ttsVoice: 'alloy',
  temperature: 0.7,
  maxTokens: 300,
  language: 'en',
  tools: [{ type: 'end_call' }],
  turnTaking: { idleMs: 8000, waitMs: { finished: 500 } },
  recordTape: false,
  recordAudio: false,
  recordingNotice: 'This call is recorded.',
  part: 1,
  file: '65a1b2c3d4e5f60718293a4b-1.wav',
  bytes: 1_328_058,
  transcriptDays: null,
  tapeDays: 30,
  recordingDays: 90,
  content: 'Remind the guest of the reservation and ask whether anything has changed.',
  promptContent: 'Remind the guest of the reservation and ask whether anything has changed.',
  description: 'Read out the day before arrival',
  category: 'general',
  body: 'Is breakfast included?',
  text: 'Is breakfast included?',
  search: 'breakfast',
  prefix: 'earshot_3f9a',
  secret: 'earshot_3f9aQm0c0r1x8vZt7b2n5k6j4h1g9f8d',
  limit: 50,
  cursor: 'WyJjcmVhdGVkX2F0IiwiZGF0ZSIsMTc2ODQ3MjAwMDAwMCwiNjVhMWIyYzNkNGU1ZjYwNzE4MjkzYTRiIl0',
  nextCursor: 'WyJjcmVhdGVkX2F0IiwiZGF0ZSIsMTc2ODQ3MjAwMDAwMCwiNjVhMWIyYzNkNGU1ZjYwNzE4MjkzYTRiIl0',
  latency: { firstFrameMs: 640 },
  usage: [{ stage: 'llm', provider: 'api.openai.com', model: 'gpt-4o-mini', requests: 6, audioSeconds: 0, characters: 0, inputTokens: 2140, outputTokens: 168 }],
  interruptions: 1,
  outcome: 'caller_hung_up',
  provider: 'twilio',
  model: 'gpt-4o-mini',
  day: '2026-03-02',
  reply_times_ms: [640, 710],
  duration_seconds: 83,
  end_reason: 'caller_hung_up',
  announcement: 'I will put you through.',
  turn_count: 1,
  resume_count: 0,
  count: 4,
  allowedCountries: ['US', 'CA'],
  allowedPrefixes: ['+1415'],
  timeZone: 'America/New_York',
  rule: 'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10',
  csv: 'phoneNumber,name\r\n+14155550199,Ann\r\n(415) 555-0198,Bob\r\n',
  given: '(415) 555-0199',
  row: 2,
  duplicateOf: 2,
  url: 'https://example.com/earshot',
  voiceUrl: 'https://voice.example.org/twilio/voice',
  voiceMethod: 'POST',
  statusCallback: 'https://voice.example.org/twilio/status',
  statusCallbackMethod: 'POST',
  smsUrl: 'https://voice.example.org/twilio/sms',
  smsMethod: 'POST',
  voiceApplicationSid: '',
  smsApplicationSid: '',
  trunkSid: '',
  overflowUrl: 'https://example.com/overflow',
  events: ['call.ended', 'message.received'],
  payload: { type: 'webhook.test', timestamp: '2026-03-02T09:30:00.000Z', data: {} },
  retry: { on: ['busy', 'no-answer'], count: 2, delayMinutes: 30 }
}))

/** A value that the schema allows. @param name the field's, by which a telling value is found */
export const exampleOf = (schema: JsonSchema, name = ''): unknown => {
  const { properties, items, anyOf } = schema
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (BY_NAME.has(name) && isOfType(BY_NAME.get(name), schema)) return BY_NAME.get(name)
  if (anyOf?.[0] !== undefined) return exampleOf(anyOf[0], name)
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object': return Object.fromEntries(Object.entries(properties ?? {}).map(([field, property]) => [field, exampleOf(property, field)]))
    case 'array': return items === undefined ? [] : [exampleOf(items, name)]
    case 'boolean': return true
    case 'integer':
    case 'number': return schema.minimum ?? 1
    default: return schema.format === 'date-time' ? '2026-03-02T09:30:00.000Z' : schema.pattern?.startsWith('^\\+') === true ? '+14155550199' : 'text'
  }
}

/** Two fields of one name may be of different types. */
const isOfType = (value: unknown, { type }: JsonSchema): boolean => type !== 'object' || (typeof value === 'object' && !Array.isArray(value))
