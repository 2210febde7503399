const MOST_CHARACTERS = 2048

/** What is wrong with the URL of a webhook, whoever it leads to, e.g. 'must be …'; undefined: nothing. */
export function urlProblem(text: string): string | undefined {
  if (text.length > MOST_CHARACTERS) return `must have at most ${MOST_CHARACTERS} characters`
  // The parser drops some of them in silence.
  if (/[\s\p{Cc}\p{Surrogate}\\]/u.test(text))
    return 'must not hold spaces, control characters or backslashes'
  if (!/^https?:\/\/[^/]/i.test(text)) return 'must begin with http:// or https:// and a host'
  if (!URL.canParse(text)) return 'must be a URL such as https://example.com/hook'
  const url = new URL(text)
  if (/^[^/?#]*@/.test(text.replace(/^https?:\/\//i, '')) || url.username !== '' || url.password !== '')
    return 'must not hold a user or password; every call is signed instead'
  if (text.includes('#')) return 'must not have a fragment (#…)'
  if (url.port === '0') return 'must not have port 0'
  if (url.href.length > MOST_CHARACTERS) return `must have at most ${MOST_CHARACTERS} characters`
  return undefined
}
