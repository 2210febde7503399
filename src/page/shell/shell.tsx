import { useEffect, useRef, useState } from 'preact/hooks'
import { IconButton } from '../components/button.tsx'
import { Empty } from '../components/empty.tsx'
import { pagesOf } from '../pages/registry.tsx'
import { announceChanges, announcement } from '../state/announce.ts'
import { followEvents } from '../state/events.ts'
import { forgetLive } from '../state/live.ts'
import { route } from '../state/route.ts'
import type { Identity } from '../state/session.ts'
import { forgetStreams } from '../state/streams.ts'
import { Boundary } from './boundary.tsx'
import { Brand } from './brand.tsx'
import { ConnectionNote } from './connection-note.tsx'
import { Drawer } from './drawer.tsx'
import { Navigation } from './navigation.tsx'
import { WhoAmI } from './whoami.tsx'

const HOME = 'streams'

function CurrentPage({ identity }: { identity: Identity }) {
  const { page, rest } = route.value
  const entry = pagesOf(identity).find(({ id }) => id === (page || HOME))
  if (entry === undefined) return <Empty title="There is no such page, or this key may not see it." />
  return entry.render(rest)
}

/** Everything around a page: navigation, who is signed in, whether the server answers. */
export function Shell({ identity }: { identity: Identity }) {
  const [isMenuOpen, setMenuOpen] = useState(false)
  const main = useRef<HTMLElement>(null)
  useEffect(() => {
    const ends = [followEvents(), announceChanges()]
    return () => {
      for (const end of ends) end()
      forgetLive()
      forgetStreams()
    }
  }, [])
  // The parts of a page share it.
  const address = [route.value.page || HOME, route.value.rest[0] ?? ''].join('/')
  const shown = useRef(address)
  // A reader of the screen hears where it is, as after loading another document.
  useEffect(() => {
    if (shown.current === address) return
    shown.current = address
    window.scrollTo(0, 0)
    main.current?.querySelector('h1')?.focus()
  }, [address])
  return (
    <div class="shell">
      <button type="button" class="skip-link" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header class="bar">
        <a class="bar-brand" href="#/streams">
          <Brand />
        </a>
        <IconButton icon="menu" label="Menu" onClick={() => setMenuOpen(true)} />
      </header>
      <aside class="side" aria-label="Navigation">
        <a class="side-brand" href="#/streams">
          <Brand />
        </a>
        <Navigation identity={identity} />
        <WhoAmI identity={identity} />
      </aside>
      {isMenuOpen && (
        <Drawer onClose={() => setMenuOpen(false)}>
          <Navigation identity={identity} onChosen={() => setMenuOpen(false)} />
          <WhoAmI identity={identity} />
        </Drawer>
      )}
      <main id="main" ref={main} tabIndex={-1}>
        <ConnectionNote />
        <p class="visually-hidden" role="status" aria-live="polite">
          {announcement.value}
        </p>
        <Boundary key={address}>
          <CurrentPage identity={identity} />
        </Boundary>
      </main>
    </div>
  )
}
