import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { agentChatRoutes } from './agent-chat.ts'
import { agentRoutes } from './agents.ts'
import { analyticsRoutes } from './analytics.ts'
import { apiKeyRoutes } from './api-keys.ts'
import { auditChanges } from './audit.ts'
import { auditLogRoutes } from './audit-log.ts'
import { authRoutes } from './auth.ts'
import { authenticate, refuseForeignSites } from './authentication.ts'
import { browserCallRoutes } from './browser-calls.ts'
import { callingRulesRoutes, doNotCallRoutes, doNotTextRoutes } from './calling-rules.ts'
import { callEventRoutes } from './call-events.ts'
import { callFileRoutes } from './call-files.ts'
import { callRoutes } from './calls.ts'
import { commandCallRoutes } from './command-call.ts'
import type { ApiDeps, ApiOptions } from './deps.ts'
import { endCallRoutes } from './end-call.ts'
import { importScheduleRoutes } from './import-schedule.ts'
import { messageRoutes } from './messages.ts'
import { refuseOtherMethods } from './other-methods.ts'
import { outboundCallRoutes } from './outbound-calls.ts'
import { numberSetupRoutes } from './number-setup.ts'
import { phoneRoutes } from './phones.ts'
import { promptRoutes } from './prompts.ts'
import { providerRoutes } from './providers.ts'
import { publishableKeyRoutes } from './publishable-keys.ts'
import { serializeReplies } from './replies.ts'
import { retentionRoutes } from './retention.ts'
import { scheduledCallRoutes } from './scheduled-calls.ts'
import { sendMessageRoutes } from './send-message.ts'
import { threadRoutes } from './threads.ts'
import { userDataRoutes } from './user-data.ts'
import { validateRequests } from './validation.ts'
import { webhookRoutes } from './webhooks.ts'

/** All of /api. Needs the plugins @fastify/cookie and @fastify/rate-limit (`global: false`), and answerErrors, on the app. */
export const apiPlugin: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  await app.register(apiRoutes, { deps, prefix: '/api' })
}

const apiRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  validateRequests(app)
  serializeReplies(app)
  // JSON only: a form on another site can send the other types without asking.
  app.removeContentTypeParser(['text/plain', 'application/x-www-form-urlencoded'])
  app.decorateRequest('identity', null)
  const answerOtherMethods = refuseOtherMethods(app)
  app.addHook('onRequest', refuseForeignSites(deps))
  auditChanges(app, deps)
  await app.register(authRoutes, { deps, prefix: '/auth' })
  await app.register(userRoutes, { deps })
  answerOtherMethods()
}

/** Whatever needs a user. A route here cannot be reached without one. */
const userRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  app.addHook('onRequest', authenticate(deps))
  await app.register(apiKeyRoutes, { deps, prefix: '/api-keys' })
  await app.register(phoneRoutes, { deps, prefix: '/phones' })
  await app.register(numberSetupRoutes, { deps, prefix: '/phones' })
  await app.register(promptRoutes, { deps, prefix: '/prompts' })
  await app.register(agentRoutes, { deps, prefix: '/agents' })
  await app.register(agentChatRoutes, { deps })
  await app.register(providerRoutes, { deps, prefix: '/providers' })
  await app.register(scheduledCallRoutes, { deps, prefix: '/scheduled-calls' })
  await app.register(importScheduleRoutes, { deps, prefix: '/scheduled-calls' })
  await app.register(messageRoutes, { deps, prefix: '/messages' })
  await app.register(sendMessageRoutes, { deps, prefix: '/messages' })
  await app.register(threadRoutes, { deps, prefix: '/messages/threads' })
  await app.register(callRoutes, { deps, prefix: '/calls' })
  await app.register(callFileRoutes, { deps, prefix: '/calls' })
  await app.register(callEventRoutes, { deps, prefix: '/calls' })
  await app.register(endCallRoutes, { deps, prefix: '/calls' })
  await app.register(commandCallRoutes, { deps, prefix: '/calls' })
  await app.register(outboundCallRoutes, { deps, prefix: '/calls' })
  await app.register(publishableKeyRoutes, { deps, prefix: '/publishable-keys' })
  await app.register(browserCallRoutes, { deps, prefix: '/browser-calls' })
  await app.register(analyticsRoutes, { deps, prefix: '/analytics' })
  await app.register(userDataRoutes, { deps })
  await app.register(auditLogRoutes, { deps, prefix: '/audit-log' })
  await app.register(callingRulesRoutes, { deps, prefix: '/calling-rules' })
  await app.register(retentionRoutes, { deps, prefix: '/retention' })
  await app.register(doNotCallRoutes, { deps, prefix: '/do-not-call' })
  await app.register(webhookRoutes, { deps, prefix: '/webhooks' })
  await app.register(doNotTextRoutes, { deps, prefix: '/do-not-text' })
}
