import type { AgentRecord, NewAgent } from '../store/agents.ts'
import type { PhoneRecord } from '../store/phones.ts'
import type { Stores } from '../store/stores.ts'
import type { UserRecord } from '../store/users.ts'

/** What a gateway needs before it can take a call. */
export interface Seed {
  email: string
  passwordHash: string
  phoneNumber: string
  twilioAccountSid: string
  twilioAuthToken: string
  /** Over DEFAULT_AGENT. */
  agent?: Partial<NewAgent>
}

/** From the numbers that are kept for fiction: nobody is ever called. */
export const DEMO_NUMBER = '+12025550142'
export const CALLER_NUMBER = '+12025550111'

export const DEFAULT_AGENT: Omit<NewAgent, 'phoneNumber'> = {
  name: 'Receptionist',
  direction: 'incoming',
  sttModel: 'whisper-1',
  inferenceModel: 'gpt-4o-mini',
  ttsModel: 'gpt-4o-mini-tts',
  ttsVoice: 'alloy',
  systemPrompt: 'You are a friendly receptionist on the telephone. Answer in one or two short sentences. When the caller says goodbye, say goodbye and end the call.',
  greeting: '',
  temperature: 0.7,
  maxTokens: 300,
  active: true,
  language: 'en'
}

/** Makes the user, the phone and the agent, or brings those that are there to this state: seeding twice is seeding once. */
export const seed = async (stores: Stores, { email, passwordHash, phoneNumber, twilioAccountSid, twilioAuthToken, agent }: Seed): Promise<{ user: UserRecord, phone: PhoneRecord, agent: AgentRecord }> => {
  const user = await stores.users.findByEmail(email) ?? await stores.users.create({ email, passwordHash })
  await stores.users.setPasswordHash(user._id, passwordHash)
  const phoneFields = { phoneNumber, twilioAccountSid, twilioAuthToken, isActive: true }
  const phoneThere = await stores.phones.findActiveByNumber(phoneNumber)
  const phone = (phoneThere && await stores.phones.update(user._id, phoneThere._id, phoneFields)) ?? await stores.phones.create(user._id, phoneFields)
  const agentFields = { ...DEFAULT_AGENT, ...agent, phoneNumber }
  const agentThere = await stores.agents.findActiveIncoming(phoneNumber)
  const seeded = (agentThere && await stores.agents.update(user._id, agentThere._id, agentFields)) ?? await stores.agents.create(user._id, agentFields)
  return { user, phone, agent: seeded }
}
