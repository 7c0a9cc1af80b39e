import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { EarshotError } from '../errors.ts'
import { UserSchema } from '../store/users.ts'
import { authenticate, identityOf, signIn, signOut } from './authentication.ts'
import type { ApiOptions } from './deps.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { limitAttempts } from './rate-limits.ts'
import { replies } from './replies.ts'

/** NIST SP 800-63B: at least 8 characters, no rules of composition; the most is what hashing time allows. */
const NewPassword = Type.String({ minLength: 8, maxLength: 256, description: 'At least 8 characters' })
const GivenPassword = Type.String({ minLength: 1, maxLength: 256, description: 'As it was set' })

const User = Type.Omit(UserSchema, ['passwordHash', 'isDeleted', 'userId'], { title: 'User', additionalProperties: false })
const tags = ['Users']

/** Accounts and sessions. */
export const authRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  const { stores: { users }, config } = deps
  const limit = limitAttempts(app, ({ body }) => String((body as { email: string }).email).toLowerCase())

  app.post('/register', {
    preHandler: limit,
    schema: {
      tags,
      security: [],
      summary: 'Open an account and sign in',
      description: 'The first user always may; later ones as REGISTRATION says.',
      body: Type.Object({ email: UserSchema.properties.email, password: NewPassword }, { additionalProperties: false }),
      response: replies(201, { user: User })
    }
  }, async ({ body: { email, password } }, reply) => {
    const first = config.REGISTRATION === 'closed'
    if (first && await users.count() > 0) throw new EarshotError('forbidden', 'Registration is closed.')
    const user = await users.create({ email, passwordHash: await hashPassword(password) }, { first })
    await signIn(deps, reply, user._id)
    return await reply.code(201).send({ success: true, user })
  })

  app.get('/registration', {
    schema: {
      tags,
      security: [],
      summary: 'Whether an account can be opened',
      response: replies(200, { registration: Type.Object({ open: Type.Boolean(), first: Type.Boolean({ description: 'Nobody has an account yet' }) }) })
    }
  }, async () => {
    const first = await users.count() === 0
    return { success: true as const, registration: { open: first || config.REGISTRATION === 'open', first } }
  })

  app.post('/login', {
    preHandler: limit,
    schema: {
      tags,
      security: [],
      summary: 'Sign in',
      body: Type.Object({ email: Type.String({ maxLength: 254, description: 'The address of the account' }), password: GivenPassword }, { additionalProperties: false }),
      response: replies(200, { user: User })
    }
  }, async (request, reply) => {
    const { email, password } = request.body
    const user = await users.findByEmail(email)
    if (!await verifyPassword(password, user?.passwordHash) || user === undefined) {
      request.refusedUserId = user?._id ?? null
      throw new EarshotError('unauthorized', 'The address or the password is wrong.')
    }
    await signIn(deps, reply, user._id)
    return { success: true as const, user }
  })

  await app.register(accountRoutes, { deps })
}

/** What the signed-in user does with the account. */
const accountRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (app, { deps }) => {
  const { stores: { users, sessions } } = deps
  app.addHook('onRequest', authenticate(deps))

  app.post('/logout', { schema: { tags, summary: 'Sign out', response: replies(200, {}) } }, async (request, reply) => {
    await signOut(deps, reply, identityOf(request))
    return { success: true as const }
  })

  app.get('/me', { schema: { tags, summary: 'Who is signed in', response: replies(200, { user: User }) } }, async (request) => {
    const user = await users.find(identityOf(request).userId)
    if (user === undefined) throw new EarshotError('unauthorized')
    return { success: true as const, user }
  })

  app.post('/password', {
    preHandler: limitAttempts(app, (request) => identityOf(request).userId),
    schema: {
      tags,
      summary: 'Change the password',
      description: 'Signs out every other browser.',
      body: Type.Object({ currentPassword: GivenPassword, newPassword: NewPassword }, { additionalProperties: false }),
      response: replies(200, {})
    }
  }, async (request) => {
    const { userId, sessionToken } = identityOf(request)
    const { currentPassword, newPassword } = request.body
    const user = await users.find(userId)
    if (!await verifyPassword(currentPassword, user?.passwordHash)) throw new EarshotError('forbidden', 'The current password is wrong.', { field: 'currentPassword' })
    await users.setPasswordHash(userId, await hashPassword(newPassword))
    await sessions.removeAll(userId, sessionToken)
    return { success: true as const }
  })
}
