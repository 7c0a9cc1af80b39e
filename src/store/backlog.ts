import type { Stores } from './stores.ts'

/** Work of all processes that is due and that nobody has in hand, by what it is. */
export type Backlog = Record<'webhooks' | 'schedules' | 'texts_in' | 'texts_out', number>

/** @throws EarshotError `store_unavailable` */
export async function backlogOf ({ webhookDeliveries, scheduledCalls, messages }: Pick<Stores, 'webhookDeliveries' | 'scheduledCalls' | 'messages'>): Promise<Backlog> {
  const [webhooks, schedules, textsIn, textsOut] = await Promise.all([webhookDeliveries.countDue(), scheduledCalls.countDue(), messages.countUnanswered(), messages.countUnsent()])
  return { webhooks, schedules, texts_in: textsIn, texts_out: textsOut }
}
