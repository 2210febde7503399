import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { asApiError } from '../api/errors.ts'
import { identify } from '../api/identity.ts'
import { Button } from '../components/button.tsx'
import { Icon } from '../components/icon.tsx'
import { Brand } from '../shell/brand.tsx'
import { ThemeSwitch } from '../shell/theme-switch.tsx'
import { keptKey, signedIn, signInMessage } from '../state/session.ts'

const sentenceOf = (error: unknown) => {
  const { status, message, retryAfterS } = asApiError(error)
  if (status === 401) return 'This key is unknown, revoked or expired.'
  if (status === 429) return `Too many attempts. Try again in ${retryAfterS ?? 60} s.`
  return `${message}.`
}

/** Asks for an API key. One that was kept for the tab is tried first. */
export function SignIn() {
  const [typed, setTyped] = useState('')
  const [isKept, setKept] = useState(false)
  const [isBusy, setBusy] = useState(keptKey() !== '')
  const [fault, setFault] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const enter = async (key: string, isToBeKept: boolean) => {
    setBusy(true)
    setFault('')
    try {
      signedIn(key, await identify(key), isToBeKept)
    } catch (error) {
      setFault(sentenceOf(error))
      setBusy(false)
      input.current?.focus()
    }
  }
  useEffect(() => {
    const kept = keptKey()
    if (kept !== '') void enter(kept, true)
    else input.current?.focus()
  }, [])
  const message = fault !== '' ? fault : signInMessage.value
  return (
    <main class="sign-in">
      <form
        class="card sign-in-card"
        onSubmit={event => {
          event.preventDefault()
          if (typed.trim() === '') setFault('Type or paste an API key.')
          else if (!isBusy) void enter(typed.trim(), isKept)
        }}
      >
        <Brand />
        <h1>Sign in</h1>
        <p class="muted">With an API key of this server. What you see and may change depends on it.</p>
        <div class="field">
          <label for={id}>API key</label>
          <input
            ref={input}
            id={id}
            type="password"
            class="code"
            value={typed}
            autocomplete="current-password"
            aria-describedby={`${id}-fault`}
            aria-invalid={message !== ''}
            onInput={event => setTyped(event.currentTarget.value)}
          />
        </div>
        <p id={`${id}-fault`} class="form-fault" role="alert" hidden={message === ''}>
          <Icon name="alert" /> {message}
        </p>
        <label class="check">
          <input type="checkbox" checked={isKept} onChange={event => setKept(event.currentTarget.checked)} />
          Keep me signed in until this tab is closed
        </label>
        <Button type="submit" kind="primary" isBusy={isBusy}>
          {isBusy ? 'Signing in …' : 'Sign in'}
        </Button>
      </form>
      <ThemeSwitch />
    </main>
  )
}
