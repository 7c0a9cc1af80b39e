import { lazy, Suspense } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { useSession } from './api/session.ts'
import { Loaded, Loading } from './components/loaded.tsx'
import { Shell } from './shell/shell.tsx'
import { Start } from './shell/start.tsx'

// Each view is a file of its own that is fetched when it is opened.
const SignIn = lazy(() => import('./views/sign-in/sign-in.tsx'))
const Calls = lazy(() => import('./views/calls/calls.tsx'))
const Messages = lazy(() => import('./views/messages/messages.tsx'))
const Analytics = lazy(() => import('./views/analytics/analytics.tsx'))
const SetUp = lazy(() => import('./views/setup/setup.tsx'))
const IncomingAgents = lazy(() => import('./views/agents/incoming.tsx'))
const AgentEditor = lazy(() => import('./views/agents/agent-editor.tsx'))
const Talk = lazy(() => import('./views/talk/talk.tsx'))
const Replay = lazy(() => import('./views/replay/replay.tsx'))
const Outgoing = lazy(() => import('./views/outgoing/outgoing.tsx'))
const Prompts = lazy(() => import('./views/prompts/prompts.tsx'))
const Settings = lazy(() => import('./views/settings/settings.tsx'))
const Phones = lazy(() => import('./views/phones/phones.tsx'))
const NotFound = lazy(() => import('./views/not-found.tsx'))

export function App () {
  const session = useSession()
  return (
    <Suspense fallback={<Loading />}>
      <Loaded query={session}>
        {(user) => user === null ? <SignIn /> : <Shell user={user}><Suspense fallback={<Loading />}><Views /></Suspense></Shell>}
      </Loaded>
    </Suspense>
  )
}

function Views () {
  return (
    <Switch>
      <Route path='/'><Start /></Route>
      <Route path='/calls/:id?'>{({ id }) => <Calls id={id} />}</Route>
      <Route path='/messages/:ownNumber?/:otherNumber?'>{({ ownNumber, otherNumber }) => <Messages ownNumber={decoded(ownNumber)} otherNumber={decoded(otherNumber)} />}</Route>
      <Route path='/analytics'><Analytics /></Route>
      <Route path='/setup'><SetUp /></Route>
      <Route path='/incoming'><IncomingAgents /></Route>
      <Route path='/incoming/:id'>{({ id }) => <AgentEditor key={id} id={id} direction='incoming' />}</Route>
      <Route path='/outgoing'><Outgoing /></Route>
      <Route path='/outgoing/:id'>{({ id }) => <AgentEditor key={id} id={id} direction='outgoing' />}</Route>
      <Route path='/talk/:id/:how?'>{({ id, how }) => <Talk key={id} id={id} how={how} />}</Route>
      <Route path='/replay/:id'>{({ id }) => <Replay key={id} id={id} />}</Route>
      <Route path='/prompts'><Prompts /></Route>
      <Route path='/phones'><Phones /></Route>
      <Route path='/settings/:section?'>{({ section }) => <Settings section={section} />}</Route>
      <Route path='/sign-in'><Redirect to='/' replace /></Route>
      <Route><NotFound /></Route>
    </Switch>
  )
}

/** A part of an address as it was before it was encoded. */
const decoded = (part: string | undefined): string | undefined => part === undefined ? undefined : decodeURIComponent(part)
