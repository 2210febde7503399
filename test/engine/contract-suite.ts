import { afterEach, beforeEach, describe, expect } from 'vitest'
import {
  type EngineEvent,
  type NativeEngine,
  REFUSE_CODES,
  type RefuseReason,
  type Role,
  type Route,
  type RouteRules,
} from '../../src/engine/contract.ts'
import { TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'
import { ADDON_ROOT, type ClientOptions, type Driver, fakeDriver, nativeDriver } from './driver.ts'

export type EventOf<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>

/** One engine under test, a new one for each case. */
export class Suite {
  #driver: Driver | undefined

  get driver(): Driver {
    if (this.#driver === undefined) throw new Error('no case is running')
    return this.#driver
  }

  get engine(): NativeEngine {
    return this.driver.engine
  }

  use(driver: Driver): void {
    this.#driver = driver
  }

  readonly eventsOf = <Type extends EngineEvent['type']>(type: Type): EventOf<Type>[] =>
    this.driver.events.filter((event): event is EventOf<Type> => event.type === type)

  readonly eventually = <T>(what: string, condition: () => T) =>
    until(condition, { deadlineMs: 10_000, what })

  readonly open = (): void => {
    this.engine.open(this.driver.publishSpec)
    this.engine.open(this.driver.playSpec)
  }

  /** What a refusal tells of the latency and the encryption that a peer asks for. */
  readonly asking = (
    latencyMs: number,
    encryption: EventOf<'refused'>['encryption'],
  ): Pick<EventOf<'refused'>, 'latencyMs' | 'encryption'> =>
    this.driver.isAskingKnown ? { latencyMs, encryption } : { latencyMs: -1, encryption: 'unknown' }

  /** Tries, is refused with the reason's code, and finds the event that names the reason. */
  readonly refusal = async (
    reason: RefuseReason,
    role: Role,
    streamId: string,
    options?: ClientOptions,
  ): Promise<EventOf<'refused'>> => {
    const seen = this.driver.events.length
    const client = await this.driver.connect(role, streamId, options)
    expect(client.rejectCode, `the code of '${reason}' for '${streamId}'`).toBe(REFUSE_CODES[reason])
    return this.eventually(`'${reason}' for '${streamId}' to be reported`, () => {
      const refused = this.driver.events.slice(seen).filter(event => event.type === 'refused')
      return refused.find(event => event.reason === reason)
    })
  }
}

/** The same cases for the engine in memory and for the addon with real peers, on each transport. */
export function describeContract(what: string, cases: (suite: Suite) => void): void {
  describe.each([
    ...(ADDON_ROOT === undefined ? [['fake', fakeDriver] as const] : []),
    ...TRANSPORTS.map(transport => [transport, () => nativeDriver(transport)] as const),
  ])(`${what}, %s`, (_, makeDriver) => {
    const suite = new Suite()
    beforeEach(async () => suite.use(await makeDriver()))
    afterEach(() => suite.driver.end())
    cases(suite)
  })
}

/** The code of what a call throws. */
export function codeOf(call: () => unknown): unknown {
  try {
    call()
    return 'nothing was thrown'
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

const NO_RULES: RouteRules = {
  passphrase: '',
  networks: [],
  maxPlayers: 0,
  maxRateKbps: 0,
  rateGraceMs: 0,
  tokenSubject: '',
  isTokenRequired: false,
  tokensNotBeforeS: 0,
}

export const ruled = (
  role: Role,
  streamId: string,
  rules: Partial<RouteRules>,
  streamKey = 'cam',
): Route => ({
  role,
  streamId,
  streamKey,
  rules: { ...NO_RULES, ...rules },
})
