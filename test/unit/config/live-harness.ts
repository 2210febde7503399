import type { Changes } from '../../../src/config/changes.ts'
import { type Config, parseConfig } from '../../../src/config/config.ts'
import { invalidConfig } from '../../../src/config/invalid.ts'
import { LiveConfig } from '../../../src/config/live.ts'
import type { Overrides } from '../../../src/config/overrides.ts'
import { AppError } from '../../../src/lib/errors.ts'

export const CONF = `srt {
  access_log_retention_days 60;
  tls_cert /c.pem; tls_key /k.pem;
  server { listen_player 1; listen_publisher 2; latency_min 200; }
  server { listen_player 3; listen_publisher 4; latency_max 900; }
}`

/** What stays when the process ends. */
export class Outside {
  conf = CONF
  env: Record<string, string> = { SLS_RATE_LIMIT_STATS: '99' }
  /** The rows of a table. */
  stored = new Map<string, string>([['token_secret', 'of somebody else']])
  isStoreBroken = false
  /** How many of the next calls of apply fail. */
  applyFailures = 0
  readonly applied: Changes[] = []
  readonly log: string[] = []
}

export interface Process {
  live: LiveConfig
  current: () => Config
}

/** A server's beginning, as far as its configuration goes. */
export async function begin(outside: Outside): Promise<Process> {
  const load = async (overrides: Overrides): Promise<Config> => {
    const result = parseConfig({ text: outside.conf, source: 'sls.conf', env: outside.env, overrides })
    if ('config' in result) return result.config
    throw invalidConfig(result.problems)
  }
  let config = await load(new Map())
  const live = new LiveConfig({
    load,
    current: () => config,
    async apply(next, changes) {
      await Promise.resolve()
      // What was begun can't be told from what was finished: both are there when it fails.
      config = next
      outside.applied.push(changes)
      if (outside.applyFailures-- > 0) throw new AppError('INTERNAL', 'apply failed')
    },
    store: {
      all: async () => new Map(outside.stored),
      async replaceAll(prefix, values) {
        await Promise.resolve()
        if (outside.isStoreBroken) throw new AppError('STORE_UNAVAILABLE', 'no database')
        const others = [...outside.stored].filter(([name]) => !name.startsWith(prefix))
        outside.stored = new Map([...others, ...values])
      },
    },
    log: {
      warn: (...words: unknown[]) => void outside.log.push(`warn ${JSON.stringify(words)}`),
      error: (...words: unknown[]) => void outside.log.push(`error ${JSON.stringify(words)}`),
    },
  })
  config = await live.start()
  return { live, current: () => config }
}

export async function refusalOf(change: Promise<unknown>): Promise<AppError> {
  const outcome = await change.catch((error: unknown) => error)
  if (outcome instanceof AppError) return outcome
  throw new Error('it was accepted')
}

export const wishes = (values: Record<string, string | null>) => new Map(Object.entries(values))
