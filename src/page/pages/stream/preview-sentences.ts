/** Why there is no picture. */
export type Cause =
  | { kind: 'browser' | 'ended' | 'page' }
  | { kind: 'player'; type: string; detail: string; info: unknown }

const statusOf = (info: unknown) =>
  typeof info === 'object' && info !== null && 'code' in info && typeof info.code === 'number' ? info.code : 0

/** By the status of the answer. */
const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'The server no longer accepts this key.',
  403: 'This key may not watch this stream.',
  404: 'This server offers no preview: it is older, or the directive preview is off.',
  409: 'Nobody publishes this stream at the moment.',
  429: 'Too many requests. Try again in a moment.',
  503: 'Too many previews are open already. Try again in a moment.',
}

const UNSUPPORTED = /codec|unsupported|format/i

/** What an operator is told, in one plain sentence. */
export function sentenceOf(cause: Cause): string {
  switch (cause.kind) {
    case 'browser':
      return 'This browser cannot play live MPEG-TS (it lacks Media Source Extensions). Use a player such as VLC.'
    case 'page':
      return 'The player could not be loaded. Load the page anew.'
    case 'ended':
      return 'The stream has ended.'
    case 'player': {
      const status = statusOf(cause.info)
      const known = BY_STATUS[status]
      if (known !== undefined) return known
      if (cause.type === 'MediaError' || UNSUPPORTED.test(cause.detail)) {
        return 'This browser cannot show the codec of this stream. H.264 with AAC works everywhere; for others use a player such as VLC.'
      }
      return status >= 400 ? `The server answered ${status}.` : 'The connection to the server was lost.'
    }
  }
}
