import { Icon } from '../components/icon.tsx'
import { localTime, relative } from '../lib/format.ts'
import { connection } from '../state/connection.ts'
import { nowMs } from '../state/now.ts'

/** Says that what is on the screen is old, while the server does not answer. */
export function ConnectionNote() {
  const { isReachable, lastAnswerMs } = connection.value
  return (
    <div class="offline" role="status" aria-live="polite" hidden={isReachable}>
      {!isReachable && (
        <>
          <Icon name="alert" />
          <span>
            <strong>The server does not answer.</strong>{' '}
            {lastAnswerMs !== null && (
              <>
                What you see is of{' '}
                <time title={localTime(lastAnswerMs)}>{relative(lastAnswerMs, nowMs.value)}</time>.{' '}
              </>
            )}
            Reconnecting …
          </span>
        </>
      )}
    </div>
  )
}
