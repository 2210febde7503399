import { describe, expect, it } from 'vitest'
import { allows, type Permission } from '../../src/access/api-keys.ts'
import type { Scope } from '../../src/access/scope.ts'
import type { RouteSpec } from '../../src/http/route-spec.ts'
import { ROUTES } from '../../src/http/routes.ts'
import {
  ALFA_PLAYERS,
  ALFA_PREFIX,
  METRICS_TOKEN,
  nameOf,
  SAMPLES,
  type Sample,
  send,
  stateOf,
} from './route-samples.ts'
import { buildTenants, type Tenants } from './tenants.ts'

type Role =
  | { name: string; permissions: null; rawKey?: string }
  | { name: string; permissions: Permission; scope: Scope | null }

const LEVELS: readonly Permission[] = ['read', 'write', 'admin']

const ROLES: readonly Role[] = [
  { name: 'nobody', permissions: null },
  { name: 'a wrong key', permissions: null, rawKey: 'x'.repeat(32) },
  ...LEVELS.map(permissions => ({ name: permissions, permissions, scope: null })),
  ...LEVELS.map(permissions => ({ name: `${permissions} of players`, permissions, scope: ALFA_PLAYERS })),
  ...LEVELS.map(permissions => ({ name: `${permissions} of a prefix`, permissions, scope: ALFA_PREFIX })),
]
/** The code of the refusal that the route table promises; undefined: none. */
function expectedCode({ access, scoped }: RouteSpec, role: Role): string | undefined {
  if (access === 'public') return undefined
  if (role.permissions === null) return role.rawKey === undefined ? 'API_KEY_MISSING' : 'API_KEY_INVALID'
  if (!allows(role.permissions, access)) return 'PERMISSION_DENIED'
  return role.scope !== null && scoped === 'denied' ? 'SCOPE_DENIED' : undefined
}

const STATUS: Readonly<Record<string, number>> = {
  API_KEY_MISSING: 401,
  API_KEY_INVALID: 401,
  PERMISSION_DENIED: 403,
  SCOPE_DENIED: 403,
}

async function keyOf(world: Tenants, role: Role): Promise<string | undefined> {
  if (role.permissions === null) return role.rawKey
  return role.scope === null
    ? world.keys[role.permissions]
    : world.addKey({ name: role.name, permissions: role.permissions, scope: role.scope })
}

/** `POST /api/stream-ids` must not meet a player that exists. */
async function prepared(world: Tenants, spec: RouteSpec): Promise<Sample> {
  if (nameOf(spec) === 'POST /api/stream-ids') await world.streamIds.remove('alfa-2', null)
  const sample = SAMPLES[nameOf(spec)]
  if (sample === undefined) throw new Error(`SAMPLES lacks ${nameOf(spec)}`)
  return sample(world)
}

describe('every route for every role', () => {
  it('has a sample request of every route, and of no other', () => {
    expect(Object.keys(SAMPLES).sort()).toEqual(ROUTES.map(nameOf).sort())
  })

  it('says of every route that wants a key what a bound one may do there', () => {
    for (const { access, scoped } of ROUTES) expect(scoped === 'public').toBe(access === 'public')
  })

  describe.each(ROUTES.map(spec => [nameOf(spec), spec] as const))('%s', (_, spec) => {
    const allowed = ROLES.filter(role => expectedCode(spec, role) === undefined)
    const refused = ROLES.filter(role => expectedCode(spec, role) !== undefined)

    it.each(allowed.map(role => [role.name, role] as const))('is open to %s', async (_name, role) => {
      const world = await buildTenants({ metricsToken: METRICS_TOKEN })
      const key = await keyOf(world, role)
      const response = await send(world, await prepared(world, spec), key)
      expect(Object.keys(spec.answers)).toContain(String(response.statusCode))
      expect(response.statusCode).toBeLessThan(300)
    })

    if (refused.length === 0) return
    // In one world, which none of them changes.
    it('refuses all others, and changes nothing', async () => {
      const world = await buildTenants({ metricsToken: METRICS_TOKEN })
      const sample = await prepared(world, spec)
      for (const role of refused) {
        const key = await keyOf(world, role)
        const before = await stateOf(world)
        const response = await send(world, sample, key)
        const { code, message } = response.json()
        const expected = expectedCode(spec, role) ?? ''
        expect([role.name, response.statusCode, code]).toEqual([role.name, STATUS[expected], expected])
        if (code === 'PERMISSION_DENIED' && spec.denial !== undefined) expect(message).toBe(spec.denial)
        expect(await stateOf(world)).toEqual(before)
      }
    })
  })
})
