/** Takes user and password out of a URL, which fetch() refuses with them in it; the Authorization header they stand for. */
export function takeCredentials(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined
  const credentials = `${decoded(url.username)}:${decoded(url.password)}`
  url.username = ''
  url.password = ''
  return `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone '%' stands for itself.
    return text
  }
}
