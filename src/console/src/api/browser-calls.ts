import type { Line } from '../phone/browser-phone.ts'
import { ask, client } from './client.ts'

/** Asks for a call from this browser to an agent. @throws ApiError */
export const openBrowserLine = async (agentId: string): Promise<{ callId: string, line: Line }> => {
  const { call, token, streamUrl } = await ask(client.POST('/api/browser-calls', { body: { agentId } }))
  return { callId: call._id, line: { callSid: call.call_sid, token, streamUrl } }
}
