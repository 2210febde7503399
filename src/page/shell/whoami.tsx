import { Button } from '../components/button.tsx'
import { Icon } from '../components/icon.tsx'
import { type Identity, signOut } from '../state/session.ts'
import { ThemeSwitch } from './theme-switch.tsx'

const MAY: Record<Identity['permission'], string> = {
  read: 'may look',
  write: 'may look and change streams',
  admin: 'may do everything',
}

/** Whose key it is, what it may, and the way out. */
export function WhoAmI({ identity: { name, permission, isScoped } }: { identity: Identity }) {
  return (
    <div class="whoami">
      <p class="whoami-name">
        <Icon name="keys" />
        <span>
          <strong>{name ?? 'API key'}</strong>
          <span class="muted">
            {permission}: {MAY[permission]}
            {isScoped && ', of its own streams only'}
          </span>
        </span>
      </p>
      <div class="whoami-row">
        <Button isSmall kind="quiet" icon="exit" onClick={() => signOut()}>
          Sign out
        </Button>
        <a class="button button-quiet button-small" href="/docs" title="The API that this page is made of">
          <Icon name="book" />
          <span>API</span>
        </a>
        <ThemeSwitch />
      </div>
    </div>
  )
}
