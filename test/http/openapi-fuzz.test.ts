import fc from 'fast-check'
import { Compile, type Validator } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/config.ts'
import { LiveConfig } from '../../src/config/live.ts'
import type { JsonSchema } from '../../src/http/json-schema.ts'
import { openApiDocument } from '../../src/http/openapi/document.ts'
import { encodeCursor } from '../../src/http/paging.ts'
import { ROUTES } from '../../src/http/routes.ts'
import { AppError } from '../../src/lib/errors.ts'
import { MemoryLog } from '../support/build.ts'
import { valuesOf } from './schema-values.ts'
import { buildTenants, SHARED, type Tenants } from './tenants.ts'

interface Content {
  schema: JsonSchema & { $ref?: string }
  example?: unknown
}

interface Operation {
  operationId: string
  parameters: { name: string; in: 'path' | 'query'; schema: JsonSchema }[]
  requestBody?: { content: Record<string, Content> }
  responses: Record<string, { content?: Record<string, Content> }>
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, JsonSchema> }
}

/** Nothing but what a client sees. */
const document: Document = JSON.parse(JSON.stringify(openApiDocument('2.0.0', ROUTES)))

const OPERATIONS = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)

const validators = new Map<string, Validator>()

/** The validator of the answers of an operation with a status; undefined: they are not JSON. */
function validatorOf({ operationId, responses }: Operation, status: string): Validator | undefined {
  const schema = responses[status]?.content?.['application/json']?.schema
  if (schema === undefined) return undefined
  const name = schema.$ref ?? `${operationId} ${status}`
  const known = validators.get(name)
  if (known !== undefined) return known
  const target =
    schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.replace(/.*\//, '')]
  if (target === undefined) throw new Error(`${name} leads nowhere`)
  const validator = Compile({ ...target })
  validators.set(name, validator)
  return validator
}

const PLAYERS = ['alfa-1', 'alfa-2', 'alfa-3', 'bravo-1', 'bravo-3', 'new-1', 'new/2']
const PUBLISHERS = ['alfa-studio', SHARED, 'bravo-studio', 'new-studio']
const player = fc.constantFrom(...PLAYERS)
const publisher = fc.constantFrom(...PUBLISHERS)
const network = fc.constantFrom(
  '192.0.2.0/24',
  '2001:db8::/32',
  '10.0.0.1',
  '::ffff:10.0.0.1',
  '10.0.0.0/33',
  'x',
)

const KNOWN = {
  player,
  publisher,
  address: network,
  publish_networks: fc.array(network, { maxLength: 3 }),
  play_networks: fc.array(network, { maxLength: 3 }),
  passphrase: fc.constantFrom('a passphrase', '', null, 'short'),
  cursor: fc.oneof(fc.nat(50).map(encodeCursor), fc.constantFrom('MQ==', '!', '')),
  prefix: fc.constantFrom('alfa-', 'b'),
  expires_at: fc.constantFrom('2030-01-01T00:00:00Z', '2001-01-01T00:00:00Z', '2026-02-30T00:00:00Z'),
  log_level: fc.constantFrom('debug', 'loud', null),
  token: fc.constant('a-token-of-the-metrics'),
  url: fc.constantFrom(
    'https://hooks.example.com/x',
    'http://10.0.0.1/',
    'http://[::1]',
    'ftp://x',
    'http://x:0/',
  ),
  secret: fc.constantFrom('whsec_RVhBTVBMRWV4YW1wbGVFWEFNUExFZXhhbXBsZUVYQU0=', 'whsec_', 'x'),
}

const IN_PATH: Readonly<Record<string, fc.Arbitrary<string>>> = {
  player,
  id: fc.oneof(
    fc.constant('1'),
    fc.integer({ min: 1, max: 12 }).map(String),
    fc.constantFrom('conf:1', 'alfa-1', 'alfa-studio', 'x'),
  ),
}

const garbage = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('{', '[]', 'null', '""', '{"__proto__":{"a":1}}', '\u0000', '[[[[', '{"constructor":1}'),
  fc.nat(3000).map(depth => '['.repeat(depth)),
)

interface Request {
  name: string
  url: string
  headers: Record<string, string>
  payload?: string
  isValid: boolean
}

/** Anybody's, by the name it has in a world. */
const KEYS = ['admin', 'write', 'read', 'alfa', 'wrong', 'none'] as const
type KeyName = (typeof KEYS)[number]

/** A dot alone is resolved by clients before they send it. */
const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter(each => !/^\.{1,2}$/.test(each))

function pathOf(path: string, { parameters }: Operation, isValid: boolean): fc.Arbitrary<string> {
  const parameter = parameters.find(each => each.in === 'path')
  if (parameter === undefined) return fc.constant(path)
  const good = IN_PATH[parameter.name] ?? segment
  const value = isValid ? good : fc.oneof(good, segment)
  return value.map(text => path.replace(/\{\w+\}/, encodeURIComponent(text)))
}

function queryOf({ parameters }: Operation, isValid: boolean): fc.Arbitrary<string> {
  const named = parameters.filter(each => each.in === 'query')
  const parts = named.map(({ name, schema }) => {
    const good = valuesOf(schema, KNOWN, name).map(String)
    const value = isValid ? good : fc.oneof(good, fc.string({ unit: 'grapheme', maxLength: 30 }))
    return fc.option(
      value.map((text): [string, string] => [name, text]),
      { freq: 3 },
    )
  })
  const strange = fc.option(fc.constantFrom<[string, string]>(['x', '1'], ['limit', '5'], ['limit', '6']))
  return fc.tuple(fc.tuple(...parts), isValid ? fc.constant(null) : strange).map(([pairs, more]) => {
    const given = [...pairs, more].filter(pair => pair !== null)
    return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
  })
}

interface Body {
  type?: string
  payload?: string
}

function bodyOf({ requestBody }: Operation, isValid: boolean): fc.Arbitrary<Body> {
  if (requestBody === undefined) return isValid ? fc.constant({}) : garbage.map(payload => ({ payload }))
  const json = requestBody.content['application/json']
  if (json === undefined) throw new Error('a body that is not JSON')
  const good = fc
    .oneof(valuesOf(json.schema, KNOWN), fc.constant(json.example))
    .map(value => JSON.stringify(value))
  if (isValid) return good.map(payload => ({ payload }))
  const mutated = fc.tuple(good, fc.nat(), fc.string({ maxLength: 3 })).map(([text, at, piece]) => {
    const index = at % (text.length + 1)
    return text.slice(0, index) + piece + text.slice(index + 1)
  })
  const csv = fc.array(fc.array(fc.oneof(player, fc.string({ maxLength: 8 })), { maxLength: 3 }), {
    maxLength: 4,
  })
  const asCsv = csv.map(rows => ['player,publisher', ...rows.map(row => row.join(','))].join('\n'))
  const type = fc.constantFrom(
    'application/json',
    'text/csv',
    'text/csv; header=present',
    'nonsense',
    'a/b/c;;',
  )
  return fc.oneof(
    fc.oneof(good, mutated, garbage).map(payload => ({ payload })),
    fc.tuple(type, fc.oneof(good, mutated, asCsv, garbage)).map(([type, payload]) => ({ type, payload })),
    fc.constant({}),
  )
}

const requestId = fc.option(fc.oneof(fc.constantFrom('trace-1', 'a b', 'ä', 'x'.repeat(129), ''), fc.uuid()))

interface Planned extends Omit<Request, 'headers'> {
  headers: Record<string, string>
  key: KeyName
  operation: Operation
  method: string
}

function requestOf({ method, path, operation }: (typeof OPERATIONS)[number]): fc.Arbitrary<Planned> {
  return fc.boolean().chain(isValid =>
    fc
      .record({
        url: pathOf(path, operation, isValid),
        query: queryOf(operation, isValid),
        body: bodyOf(operation, isValid),
        key: isValid ? fc.constantFrom<KeyName>('admin', 'admin', 'alfa') : fc.constantFrom(...KEYS),
        id: requestId,
      })
      .map(({ url, query, body: { type, payload }, key, id }) => ({
        name: `${method} ${path}`,
        ...{ method, operation, key, isValid },
        url: url + query,
        headers: {
          ...(type === undefined ? {} : { 'content-type': type }),
          ...(id === null ? {} : { 'x-request-id': id }),
        },
        ...(payload === undefined ? {} : { payload }),
      })),
  )
}

const requests = fc.array(fc.constantFrom(...OPERATIONS).chain(requestOf), { minLength: 15, maxLength: 15 })

function liveConfig(): LiveConfig {
  const text = 'srt { server { listen_player 4000; listen_publisher 4001; } }'
  const load = async (overrides: ReadonlyMap<string, string>) => {
    const result = parseConfig({ text, source: 'sls.conf', env: {}, overrides })
    if ('config' in result) return result.config
    throw new AppError('CONFIG_INVALID', 'no configuration')
  }
  let current: Awaited<ReturnType<typeof load>> | undefined
  return new LiveConfig({
    load,
    current: () => {
      if (current === undefined) throw new Error('not started')
      return current
    },
    apply: async config => {
      current = config
    },
    store: {
      all: async () => {
        current ??= await load(new Map())
        return new Map()
      },
      replaceAll: async () => undefined,
    },
    log: new MemoryLog().logger,
  })
}

interface World extends Tenants {
  rawKeys: Record<KeyName, string | undefined>
}

async function buildWorld(): Promise<World> {
  const config = liveConfig()
  await config.start()
  const world = await buildTenants({ metricsToken: 'a-token-of-the-metrics' }, { config })
  const alfa = await world.addKey({ name: 'alfa', permissions: 'admin', scope: { prefix: 'alfa-' } })
  return { ...world, rawKeys: { ...world.keys, alfa, wrong: 'wrong', none: undefined } }
}

const ACCEPTABLE_ID = /^[A-Za-z0-9._-]{1,128}$/

/** What each operation has answered. */
const answered = new Map<string, Set<number>>()

async function check({ app, rawKeys, log }: World, planned: Planned): Promise<void> {
  const { name, method, url, payload, key, operation } = planned
  const rawKey = rawKeys[key]
  const headers = { ...planned.headers, ...(rawKey === undefined ? {} : { 'x-api-key': rawKey }) }
  const response = await app.inject({
    method: method as 'GET',
    url,
    headers,
    ...(payload === undefined ? {} : { payload }),
  })
  const { statusCode, body } = response
  const what = `${name}: ${method} ${url} ${key} ${payload ?? ''} -> ${statusCode} ${body}`
  answered.set(name, (answered.get(name) ?? new Set()).add(statusCode))
  if (statusCode >= 500) throw new Error(`${what}\n${JSON.stringify(log.from(50))}`)
  if (operation.responses[statusCode] === undefined) throw new Error(`not documented: ${what}`)
  const isJson = response.headers['content-type'] === 'application/json'
  const validator = validatorOf(operation, String(statusCode))
  if (isJson || statusCode >= 400) {
    if (validator === undefined || !validator.Check(response.json())) {
      const errors = validator === undefined ? 'no schema' : JSON.stringify(validator.Errors(response.json()))
      throw new Error(`against its schema: ${what}\n${errors}`)
    }
  } else {
    const type = String(response.headers['content-type']).replace(/;.*/, '')
    if (operation.responses[statusCode]?.content?.[type] === undefined) throw new Error(`${type}: ${what}`)
  }
  const given = planned.headers['x-request-id']
  const id = response.headers['x-request-id']
  if (typeof id !== 'string' || !ACCEPTABLE_ID.test(id)) throw new Error(`no request id: ${what}`)
  if (given !== undefined && ACCEPTABLE_ID.test(given) && id !== given) throw new Error(`${id}: ${what}`)
}

async function fuzz(options: fc.Parameters<[Planned[]]>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(requests, async planned => {
      const world = await buildWorld()
      for (const each of planned) await check(world, each)
      await world.app.close()
    }),
    { endOnFailure: true, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false, ...options },
  )
}

describe('any request to any route of the OpenAPI document', () => {
  it('covers all of the route table', () => {
    expect(OPERATIONS).toHaveLength(ROUTES.length)
  })

  it.each([1, 20261121, 77])(
    'is answered as documented, and never by a 5xx, with the seed %i',
    { timeout: 180_000 },
    seed => fuzz({ seed, numRuns: 40 }),
  )

  it('is answered as documented with seeds of today', { timeout: 180_000 }, () => fuzz({ numRuns: 15 }))

  it('has been answered by success and by refusal by every operation', () => {
    const lacking = OPERATIONS.map(({ method, path }) => `${method} ${path}`).filter(name => {
      const statuses = [...(answered.get(name) ?? [])]
      return !statuses.some(status => status < 300)
    })
    expect(lacking).toEqual([])
    const neverRefused = OPERATIONS.filter(({ operation }) => operation.responses['401'] !== undefined)
      .map(({ method, path }) => `${method} ${path}`)
      .filter(name => ![...(answered.get(name) ?? [])].some(status => status >= 400))
    expect(neverRefused).toEqual([])
  })
})
