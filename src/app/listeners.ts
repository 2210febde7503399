import type { ListenerPolicy, ListenerSpec } from '../engine/contract.ts'
import type { Engine } from '../engine/engine.ts'
import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'

type ListenerEngine = Pick<Engine, 'open' | 'close' | 'configure'>

/** The fields of a spec that change on an open listener. */
function policyOf(spec: ListenerSpec): ListenerPolicy {
  const { latencyMaxMs, idleTimeoutMs, lingerMs, takeoverAfterMs, approval, approvalTimeoutMs } = spec
  return { latencyMaxMs, idleTimeoutMs, lingerMs, takeoverAfterMs, approval, approvalTimeoutMs }
}

const same = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b)
const samePort = (a: ListenerSpec, b: ListenerSpec) => same({ ...a, ...policyOf(b) }, b)

export interface ListenerChanges {
  opened: string[]
  closed: string[]
  reopened: string[]
  configured: string[]
  failed: { name: string; reason: string }[]
}

/** The open SRT ports. Connections survive whatever happens to the port they came through. */
export class Listeners {
  readonly #engine: ListenerEngine
  readonly #log: Logger
  #open = new Map<string, ListenerSpec>()
  #wanted: readonly string[] = []

  constructor(engine: ListenerEngine, log: Logger) {
    this.#engine = engine
    this.#log = log
  }

  /** Opens all; the first failure is thrown. */
  openAll(specs: readonly ListenerSpec[]): void {
    this.#wanted = specs.map(spec => spec.name)
    for (const spec of specs) this.#openOne(spec)
  }

  /** The ports that should be open and are not. */
  missing(): string[] {
    return this.#wanted.filter(name => !this.#open.has(name))
  }

  /** Goes over to other specs: new ports first, then changed ones, then what is gone. Never throws. */
  change(specs: readonly ListenerSpec[]): ListenerChanges {
    const changes: ListenerChanges = { opened: [], closed: [], reopened: [], configured: [], failed: [] }
    this.#wanted = specs.map(spec => spec.name)
    for (const spec of specs) this.#changeOne(spec, changes)
    this.#closeOthers(specs, changes)
    return changes
  }

  #closeOthers(specs: readonly ListenerSpec[], changes: ListenerChanges): void {
    const wanted = new Set(specs.map(spec => spec.name))
    const failed = new Set(changes.failed.map(failure => failure.name))
    // A port that cannot go over to another address yet stays with the old one: better than none.
    const kept = new Set(specs.filter(spec => failed.has(spec.name)).map(spec => spec.port))
    for (const [name, spec] of [...this.#open]) {
      if (wanted.has(name) || kept.has(spec.port)) continue
      this.#engine.close(name)
      this.#open.delete(name)
      changes.closed.push(name)
    }
  }

  #changeOne(spec: ListenerSpec, changes: ListenerChanges): void {
    const old = this.#open.get(spec.name)
    if (old && same(old, spec)) return
    if (old && samePort(old, spec)) {
      this.#engine.configure(spec.name, policyOf(spec))
      this.#open.set(spec.name, spec)
      changes.configured.push(spec.name)
      return
    }
    try {
      if (old) this.#engine.close(spec.name)
      this.#openOne(spec)
      changes[old ? 'reopened' : 'opened'].push(spec.name)
    } catch (error) {
      changes.failed.push({ name: spec.name, reason: messageOf(error) })
      if (old) this.#restore(old)
    }
  }

  /** The port as it was before a change that failed. */
  #restore(old: ListenerSpec): void {
    this.#open.delete(old.name)
    try {
      this.#openOne(old)
    } catch (error) {
      this.#log.error({ listener: old.name, err: error }, 'the old listener could not be opened again')
    }
  }

  #openOne(spec: ListenerSpec): void {
    this.#engine.open(spec)
    this.#open.set(spec.name, spec)
    const { name, host, port, latencyMinMs, latencyMaxMs } = spec
    const encryption = spec.passphrase === '' ? 'none' : `AES-${(spec.keyLengthBytes || 16) * 8}`
    this.#log.info(
      { listener: name, host, port, latencyMinMs, latencyMaxMs, encryption },
      'listening for SRT',
    )
  }
}
