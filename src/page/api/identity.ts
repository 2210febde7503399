import type { Identity, KeyScope, Permission } from '../state/session.ts'
import { call, type Data } from './client.ts'

interface OwnKey {
  name: string | null
  permissions: Permission
  scope: KeyScope | null
}

/** What a key may. Rejects with ApiError: 401 for a key that is none. */
export async function identify(asKey: string): Promise<Identity> {
  const { data } = await call<Data<OwnKey>>('GET', '/api/key', { asKey })
  return { permission: data.permissions, isScoped: data.scope !== null, name: data.name }
}
