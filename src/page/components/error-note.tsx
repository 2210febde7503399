import type { ApiError } from '../api/errors.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'

const titleOf = (error: ApiError, what: string) => {
  if (error.isUnreachable) return `${what} cannot be loaded: the server does not answer`
  if (error.isMissing) return `This server does not offer ${what.toLowerCase()}`
  if (error.isForbidden) return `This key may not see ${what.toLowerCase()}`
  if (error.status === 429) return 'Too many requests'
  return `${what} cannot be loaded`
}

const hintOf = ({ isUnreachable, isMissing, retryAfterS, requestId, message }: ApiError) => {
  if (isUnreachable) return 'The page goes on trying.'
  if (isMissing) return 'It may be older than this page, or this part of it is switched off.'
  if (retryAfterS !== null) return `${message}. The page tries again in ${retryAfterS} s.`
  return requestId === null ? message : `${message} (request ${requestId})`
}

/** In the place of what could not be loaded; `what` names it: 'Streams', 'The history'. */
export function ErrorNote({ error, what, onRetry }: { error: ApiError; what: string; onRetry?: () => void }) {
  return (
    <div class="note note-bad" role="alert">
      <Icon name={error.isForbidden ? 'lock' : 'alert'} />
      <div>
        <p class="note-title">{titleOf(error, what)}</p>
        <p>{hintOf(error)}</p>
      </div>
      {onRetry !== undefined && !error.isForbidden && !error.isMissing && (
        <Button isSmall icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  )
}
