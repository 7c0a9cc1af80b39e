import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'

/** Things that people keep by hand: few enough to be read all at once. */
export interface Resource<Item extends { _id: string }, Create, Change> {
  name: string
  list: () => Promise<Item[]>
  create: (body: Create) => Promise<Item>
  change: (id: string, body: Change) => Promise<Item>
  remove: (id: string) => Promise<unknown>
  /** Takes a removal back; left out where it is for good. */
  restore?: (id: string) => Promise<Item>
}

/** All of them, as last read. */
export const useItems = <Item extends { _id: string }>({ name, list }: Pick<Resource<Item, never, never>, 'name' | 'list'>) =>
  useQuery({ queryKey: [name], queryFn: list })

export const useCreate = <Item extends { _id: string }, Create>({ name, create }: Pick<Resource<Item, Create, never>, 'name' | 'create'>) => {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: create,
    onSuccess: (item) => queries.setQueryData<Item[]>([name], (items = []) => [item, ...items.filter(({ _id }) => _id !== item._id)]),
    onSettled: () => queries.invalidateQueries({ queryKey: [name] })
  })
}

/** Shows a change at once and takes it back when the API refuses it. */
export const useChange = <Item extends { _id: string }, Change extends object>({ name, change }: Pick<Resource<Item, never, Change>, 'name' | 'change'>) => {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ id, body }: { id: string, body: Change }) => change(id, body),
    onMutate: ({ id, body }) => ahead<Item>(queries, name, (items) => items.map((item) => item._id === id ? { ...item, ...withoutNulls(body) } : item)),
    onError: (_error, _given, before) => queries.setQueryData([name], before),
    onSuccess: (item) => queries.setQueryData<Item[]>([name], (items = []) => items.map((one) => one._id === item._id ? item : one)),
    onSettled: () => queries.invalidateQueries({ queryKey: [name] })
  })
}

/**
 * Takes a thing off the list at once and puts it back when the API refuses.
 * @param done told of the end here, not where it is removed: that row is gone by then
 */
export const useRemove = <Item extends { _id: string }>({ name, remove }: Pick<Resource<Item, never, never>, 'name' | 'list' | 'remove'>, done: (item: Item, error: Error | null) => void) => {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ _id }: Item) => remove(_id),
    onMutate: ({ _id }) => ahead<Item>(queries, name, (items) => items.filter((item) => item._id !== _id)),
    onError: (_error, _given, before) => queries.setQueryData([name], before),
    onSettled: (_answer, error, item) => {
      done(item, error)
      return queries.invalidateQueries({ queryKey: [name] })
    }
  })
}

/** Puts a removed thing back where it was. */
export const useRestore = <Item extends { _id: string }>({ name, restore }: Pick<Resource<Item, never, never>, 'name' | 'restore'>) => {
  const queries = useQueryClient()
  return async ({ _id }: Item): Promise<void> => {
    await restore?.(_id)
    await queries.invalidateQueries({ queryKey: [name] })
  }
}

/** Changes a list before the API has answered. @returns the list as it was */
const ahead = async <Item>(queries: QueryClient, name: string, change: (items: Item[]) => Item[]): Promise<Item[] | undefined> => {
  await queries.cancelQueries({ queryKey: [name] })
  const before = queries.getQueryData<Item[]>([name])
  if (before !== undefined) queries.setQueryData([name], change(before))
  return before
}

/** null takes a field away. */
const withoutNulls = (body: object) => Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
