/** SRTO_STREAMID holds at most this. Source: libsrt docs/API/API-socket-options.md. */
export const STREAM_ID_MAX_BYTES = 512

/** What is wrong with a stream ID, e.g. 'must not be empty'; undefined: nothing. */
export function streamIdProblem(id: unknown): string | undefined {
  if (typeof id !== 'string') return 'must be a string'
  if (id === '') return 'must not be empty'
  if (/\p{Surrogate}/u.test(id)) return 'must be well-formed Unicode, but holds half of a surrogate pair'
  // Cc is C0, DEL and C1.
  const control = /\p{Cc}/u.exec(id)?.[0].charCodeAt(0)
  if (control !== undefined) {
    return `must not hold control characters, but holds U+${control.toString(16).toUpperCase().padStart(4, '0')}`
  }
  const bytes = Buffer.byteLength(id, 'utf8')
  if (bytes > STREAM_ID_MAX_BYTES)
    return `must be at most ${STREAM_ID_MAX_BYTES} bytes of UTF-8, but has ${bytes}`
  return undefined
}
