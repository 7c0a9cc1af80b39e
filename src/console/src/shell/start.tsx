import { Redirect } from 'wouter'
import { agents } from '../api/agents.ts'
import { phones } from '../api/phones.ts'
import { useItems } from '../api/resource.ts'
import { Loaded } from '../components/loaded.tsx'

/** The first view: the calls, or the set-up of a gateway that has no number or no agent yet. */
export function Start () {
  const numbers = useItems(phones)
  const speakers = useItems(agents)
  return (
    <Loaded query={numbers}>
      {(some) => <Loaded query={speakers}>{(others) => <Redirect to={some.length > 0 && others.length > 0 ? '/calls' : '/setup'} replace />}</Loaded>}
    </Loaded>
  )
}
