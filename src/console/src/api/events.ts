import { useEffect, useEffectEvent } from 'react'

/**
 * Follows server-sent events for as long as the component is shown and `path` is given. The browser connects again by itself.
 * @param onEvent gets each event's name and content
 */
export const useEvents = (path: string | undefined, names: readonly string[], onEvent: (name: string, data: unknown) => void): void => {
  const handle = useEffectEvent(onEvent)
  const listened = names.join()
  useEffect(() => {
    if (path === undefined) return
    const source = new EventSource(path)
    for (const name of listened.split(',')) source.addEventListener(name, (event: MessageEvent<string>) => handle(name, JSON.parse(event.data)))
    return () => source.close()
  }, [path, listened])
}
