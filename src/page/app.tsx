import { Toasts } from './components/toast.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { Shell } from './shell/shell.tsx'
import { identity } from './state/session.ts'

/** The whole page: the sign-in, or what a key may see. */
export function App() {
  return (
    <>
      {identity.value === null ? <SignIn /> : <Shell identity={identity.value} />}
      <Toasts />
    </>
  )
}
