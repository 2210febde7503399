import { BlockList, isIP, isIPv4 } from 'node:net'
import { NO_RULES } from '../../src/access/routes.ts'
import type { ListenerSpec, Route, RouteRules } from '../../src/engine/contract.ts'
import { AppError } from '../../src/lib/errors.ts'
import type { NotAdmitted } from './fake-admission.ts'

export const rulesOf = (route: Route | undefined): RouteRules => route?.rules ?? NO_RULES

const familyOf = (address: string) => (isIPv4(address) ? 'ipv4' : 'ipv6')

/** @throws Error: one of them is no network. */
function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(network) ?? []
    if (isIP(address) === 0) throw new Error(`'${network}' is no network`)
    if (bits === undefined) list.addAddress(address, familyOf(address))
    else list.addSubnet(address, Number(bits), familyOf(address))
  }
  return list
}

/** `peer`: 'address:port', IPv6 in brackets. No networks: everybody is within. */
export function isWithin(networks: readonly string[], peer: string): boolean {
  if (networks.length === 0) return true
  const [, v6, v4] = /^(?:\[(.+)\]|([^:]+)):\d+$/.exec(peer) ?? []
  const address = v6 ?? v4 ?? ''
  return isIP(address) !== 0 && blockList(networks).check(address, familyOf(address))
}

/** The stream's own, or the listener's; '' = no encryption. */
export const wantedPassphrase = (route: Route, spec: ListenerSpec) =>
  rulesOf(route).passphrase || spec.passphrase

/** `given` undefined: the right one, or none where none is wanted. */
export function encryptionProblem(
  given: string | undefined,
  route: Route,
  spec: ListenerSpec,
): NotAdmitted | undefined {
  const wanted = wantedPassphrase(route, spec)
  if (given === undefined || given === wanted) return undefined
  const refused = given === '' || wanted === '' ? 'no-encryption' : 'bad-passphrase'
  return { refused, route, encryption: given === '' ? 'none' : 'encrypted' }
}

/** A copy that its maker cannot change any more. @throws AppError ENGINE_ARGUMENT. */
export function checkedRoute(route: Route): Route {
  const { rules } = route
  if (rules === undefined) return { ...route }
  const length = Buffer.byteLength(rules.passphrase)
  if (length !== 0 && (length < 10 || length > 79))
    throw new AppError('ENGINE_ARGUMENT', 'passphrase: expected none, or 10 to 79 bytes')
  try {
    blockList(rules.networks)
  } catch (cause) {
    throw new AppError('ENGINE_ARGUMENT', 'networks: expected IP addresses and CIDR blocks', { cause })
  }
  return { ...route, rules: { ...rules, networks: [...rules.networks] } }
}
