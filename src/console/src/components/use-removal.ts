import { useRemove, useRestore, type Resource } from '../api/resource.ts'
import { texts, useText } from '../i18n/language.ts'
import { useApiMessage } from './api-message.ts'
import { tell, tellFailure, tellWithUndo } from './toasts.tsx'

const words = texts({
  removed: (name: string) => `${name} removed`, undo: 'Undo', restored: (name: string) => `${name} is back`
}, {
  removed: (name: string) => `${name}: eliminado`, undo: 'Deshacer', restored: (name: string) => `${name}: restaurado`
})

/** Says how a removal has ended. */
export const useTellRemoval = () => {
  const t = useText(words)
  const message = useApiMessage()
  const failed = (error: Error): void => tellFailure(message(error))
  return {
    /** @param restore takes it back on demand; left out where it is for good */
    removed: (name: string, restore?: () => Promise<unknown>): void => {
      if (restore === undefined) tell(t.removed(name))
      else tellWithUndo(t.removed(name), t.undo, () => { restore().then(() => tell(t.restored(name)), failed) })
    },
    failed
  }
}

/**
 * Removes a thing at once, says so and offers to take it back; puts it back and says why when the API refuses.
 * @param nameOf what it is called
 */
export const useRemoval = <Item extends { _id: string }>(resource: Pick<Resource<Item, never, never>, 'name' | 'list' | 'remove' | 'restore'>, nameOf: (item: Item) => string) => {
  const told = useTellRemoval()
  const restore = useRestore(resource)
  const { mutate } = useRemove(resource, (item, error) => {
    if (error !== null) told.failed(error)
    else told.removed(nameOf(item), resource.restore && (() => restore(item)))
  })
  return (item: Item): void => mutate(item)
}
