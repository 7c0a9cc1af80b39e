import { useRemove, useRestore, type Resource } from '../api/resource.ts'
import { texts, useText } from '../i18n/language.ts'
import { useApiMessage } from './api-message.ts'
import { tell, tellFailure, tellWithUndo } from './toasts.tsx'

const words = texts({
  removed: (name: string) => `${name} removed`, undo: 'Undo', restored: (name: string) => `${name} is back`
}, {
  removed: (name: string) => `${name}: eliminado`, undo: 'Deshacer', restored: (name: string) => `${name}: restaurado`
})

/**
 * Removes a thing at once, says so and offers to take it back; puts it back and says why when the API refuses.
 * @param nameOf what it is called
 */
export const useRemoval = <Item extends { _id: string }>(resource: Pick<Resource<Item, never, never>, 'name' | 'list' | 'remove' | 'restore'>, nameOf: (item: Item) => string) => {
  const t = useText(words)
  const message = useApiMessage()
  const restore = useRestore(resource)
  const undo = (item: Item): void => {
    restore(item).then(() => tell(t.restored(nameOf(item))), (error: Error) => tellFailure(message(error)))
  }
  const { mutate } = useRemove(resource, (item, error) => {
    if (error !== null) tellFailure(message(error))
    else if (resource.restore === undefined) tell(t.removed(nameOf(item)))
    else tellWithUndo(t.removed(nameOf(item)), t.undo, () => undo(item))
  })
  return (item: Item): void => mutate(item)
}
