import type { Identity } from '../state/session.ts'
import { call, type Data } from './client.ts'
import { ApiError } from './errors.ts'

interface ListedKey {
  name: string
  prefix: string
}

async function refusal(request: Promise<unknown>): Promise<ApiError | null> {
  try {
    await request
    return null
  } catch (error) {
    if (error instanceof ApiError && !error.isUnreachable && error.status !== 401 && error.status !== 429)
      return error
    throw error
  }
}

/**
 * Finds out what a key may, by asking for what only some may: the list of keys, then the beginning of a change that
 * changes nothing. Rejects with ApiError: 401 for a key that is none.
 */
export async function identify(asKey: string): Promise<Identity> {
  let name: string | null = null
  const keys = call<Data<ListedKey[]>>('GET', '/api/keys', { asKey }).then(({ data }) => {
    name = data.find(({ prefix }) => prefix !== '' && asKey.startsWith(prefix))?.name ?? null
  })
  const denied = await refusal(keys)
  if (denied === null) return { permission: 'admin', isScoped: false, name }
  if (denied.code === 'SCOPE_DENIED') return { permission: 'admin', isScoped: true, name: null }
  if (denied.status !== 403) throw denied
  // The permission is judged before the body: 400 means that it would have been allowed.
  const write = await refusal(call('POST', '/api/stream-ids', { asKey, body: {} }))
  return { permission: write?.status === 403 ? 'read' : 'write', isScoped: null, name: null }
}
