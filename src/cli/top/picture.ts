import { serverState } from '../live/server-state.ts'
import { sessionOf } from '../live/session.ts'
import { StreamNames } from '../live/stream-names.ts'
import type { ApiClient } from '../remote/client.ts'
import type { Picture } from './frame.ts'

/** The names cost another budget of requests, and change rarely. */
const NAMES_EVERY_MS = 10_000

/** Takes pictures of a server. */
export class Camera {
  readonly #client: ApiClient
  readonly #names = new StreamNames()
  #namesAtMs = Number.NEGATIVE_INFINITY

  constructor(client: ApiClient) {
    this.#client = client
  }

  /** Throws CommandError. */
  async take(): Promise<Picture> {
    const sessions = (await this.#client.rows('/api/sessions')).map(sessionOf)
    const nowMs = performance.now()
    if (this.#names.lacks(sessions) && nowMs - this.#namesAtMs >= NAMES_EVERY_MS) {
      this.#namesAtMs = nowMs
      await this.#names.refresh(this.#client)
    }
    const { version, uptimeS } = await serverState(this.#client)
    const rows = sessions.map(session => ({ ...session, name: this.#names.of(session) }))
    return { url: this.#client.url, version, uptimeS, sessions: rows }
  }
}
