import { useMutation, useQuery } from '@tanstack/react-query'
import { ApiError, ask, client } from './client.ts'
import { queryClient, SESSION_KEY } from './query-client.ts'
import type { Body, User } from './types.ts'

/** Who is signed in; null when nobody is. */
export const useSession = () => useQuery({
  queryKey: SESSION_KEY,
  queryFn: async (): Promise<User | null> => {
    try {
      return (await ask(client.GET('/api/auth/me'))).user
    } catch (error) {
      if (error instanceof ApiError && error.code === 'unauthorized') return null
      throw error
    }
  },
  staleTime: Infinity
})

/** Whether an account can be opened, and whether it would be the first. */
export const useRegistration = () => useQuery({
  queryKey: ['registration'],
  queryFn: async () => (await ask(client.GET('/api/auth/registration'))).registration
})

export type SignIn = Body<'/api/auth/login', 'post'>

export const signIn = async (how: 'login' | 'register', body: SignIn): Promise<void> => {
  const { user } = await ask(how === 'login' ? client.POST('/api/auth/login', { body }) : client.POST('/api/auth/register', { body }))
  queryClient.setQueryData(SESSION_KEY, user)
}

/** Ends the session and forgets all that it has read. */
export const useSignOut = () => useMutation({
  mutationFn: async () => await ask(client.POST('/api/auth/logout')),
  onSuccess: () => {
    queryClient.clear()
    queryClient.setQueryData(SESSION_KEY, null)
  }
})
