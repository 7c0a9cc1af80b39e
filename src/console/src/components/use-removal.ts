import { useRemove, type Resource } from '../api/resource.ts'
import { texts, useText } from '../i18n/language.ts'
import { useApiMessage } from './api-message.ts'
import { tell, tellFailure } from './toasts.tsx'

const words = texts({ removed: (name: string) => `${name} removed` }, { removed: (name: string) => `${name}: eliminado` })

/**
 * Removes a thing at once and says so; puts it back and says why when the API refuses.
 * @param nameOf what it is called
 */
export const useRemoval = <Item extends { _id: string }>(resource: Pick<Resource<Item, never, never>, 'name' | 'list' | 'remove'>, nameOf: (item: Item) => string) => {
  const t = useText(words)
  const message = useApiMessage()
  const { mutate } = useRemove(resource, (item, error) => {
    if (error === null) tell(t.removed(nameOf(item)))
    else tellFailure(message(error))
  })
  return (item: Item): void => mutate(item)
}
