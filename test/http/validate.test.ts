import Type from 'typebox'
import { describe, expect, it } from 'vitest'
import { readBody, readQuery } from '../../src/http/validate.ts'
import { AppError } from '../../src/lib/errors.ts'

const strict = { additionalProperties: false }
const Body = Type.Object(
  {
    player: Type.String({ minLength: 1, maxLength: 8 }),
    max_players: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
    grace: Type.Optional(Type.Number({ minimum: 0.5 })),
    tokens_only: Type.Optional(Type.Boolean()),
    permissions: Type.Optional(Type.Enum(['read', 'write'])),
    mode: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')])),
    description: Type.Optional(Type.Union([Type.String({ maxLength: 4 }), Type.Null()])),
    networks: Type.Optional(
      Type.Array(Type.String({ maxLength: 3, 'x-wanted': 'an IP address or CIDR block' }), { maxItems: 2 }),
    ),
    expires_at: Type.Optional(Type.String({ format: 'date-time' })),
    scope: Type.Optional(
      Type.Union([
        Type.Object({ players: Type.Array(Type.String()) }, strict),
        Type.Object({ prefix: Type.String() }, strict),
      ]),
    ),
    inner: Type.Optional(Type.Object({ depth: Type.Integer() }, strict)),
  },
  strict,
)

function refusal(read: () => unknown): AppError {
  try {
    read()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a body', () => {
  it('is handed over as it came when it is right', () => {
    const body = {
      player: 'p',
      max_players: 0,
      description: null,
      networks: ['a', 'b'],
      scope: { prefix: 'x' },
    }
    expect(readBody(Body, body)).toBe(body)
  })

  it.each([
    [{ max_players: 1.5 }, 'Invalid field: max_players must be a whole number from 0 to 100000'],
    [{ max_players: '1' }, 'Invalid field: max_players must be a whole number from 0 to 100000'],
    [{ max_players: -1 }, 'Invalid field: max_players must be a whole number from 0 to 100000'],
    [{ grace: 0 }, 'Invalid field: grace must be a number of at least 0.5'],
    [{ tokens_only: 1 }, 'Invalid field: tokens_only must be true or false'],
    [{ permissions: 'root' }, 'Invalid field: permissions must be one of read, write'],
    [{ mode: 'c' }, 'Invalid field: mode must be one of a, b'],
    [
      { description: 'long text' },
      'Invalid field: description must be a string of at most 4 characters or null',
    ],
    [{ networks: ['a', 'long'] }, 'Invalid field: networks[1] must be an IP address or CIDR block'],
    [
      { networks: ['a', 'b', 'c'] },
      'Invalid field: networks must be an array of at most 2 items, each an IP address or CIDR block',
    ],
    [{ networks: 'a' }, /^Invalid field: networks must be an array/],
    [
      { expires_at: 'soon' },
      'Invalid field: expires_at must be a date and time such as 2026-01-31T23:59:59Z',
    ],
    [{ scope: {} }, 'Invalid field: scope must be an object with players or an object with prefix'],
    [{ scope: { players: [], prefix: '' } }, /^Invalid field: scope must be/],
    [{ inner: { depth: 'x' } }, 'Invalid field: inner.depth must be a whole number'],
    [{ inner: {} }, 'Missing field: inner.depth'],
    [{ inner: { depth: 1, more: 1 } }, 'Unknown field: inner.more'],
    [{ max_player: 1 }, 'Unknown field: max_player, did you mean max_players?'],
    [{ 'max\u0000': 1 }, 'Unknown field: "max\\u0000"'],
    [{ player: '' }, 'Invalid field: player must be a string of 1 to 8 characters'],
  ])('%j is refused with a sentence', (part, sentence) => {
    const { code, message, problems } = refusal(() => readBody(Body, { player: 'p', ...part }))
    expect(code).toBe('BODY_INVALID')
    if (typeof sentence === 'string') expect(message).toBe(sentence)
    else expect(message).toMatch(sentence)
    expect(problems?.length).toBe(1)
  })

  it('has all of its problems in the answer, in the order of the schema', () => {
    const { message, problems } = refusal(() =>
      readBody(Body, { extra: 1, tokens_only: 'yes', max_players: -1, networks: [1, 'a', 2] }),
    )
    expect(message).toBe('Unknown field: extra')
    expect(problems).toEqual([
      { where: 'extra', what: 'is unknown' },
      { where: 'player', what: 'is missing' },
      { where: 'max_players', what: 'must be a whole number from 0 to 100000' },
      { where: 'tokens_only', what: 'must be true or false' },
      { where: 'networks[0]', what: 'must be an IP address or CIDR block' },
      { where: 'networks[2]', what: 'must be an IP address or CIDR block' },
    ])
  })

  it.each([undefined, null, [], 'text', 1])('%j is no object', body => {
    const { message } = refusal(() => readBody(Body, body))
    expect(message).toMatch(/^Invalid JSON body/)
  })

  it('never comes back in a message', () => {
    const secret = 'a-secret-that-is-far-too-long'
    const error = refusal(() => readBody(Body, { player: secret, description: secret, networks: [secret] }))
    expect(error.message + JSON.stringify(error.problems)).not.toContain(secret)
  })

  it('has at most a hundred problems', () => {
    const many = Type.Object({ rows: Type.Array(Type.Integer()) })
    const { problems } = refusal(() => readBody(many, { rows: Array.from({ length: 5000 }, () => 'x') }))
    expect(problems?.length).toBe(100)
  })

  it('is not gone through where a list is too long by far', () => {
    const networks = [...Array.from({ length: 102 }, () => 'a'), 'long']
    const { problems } = refusal(() => readBody(Body, { player: 'p', networks }))
    expect(problems?.map(({ where, what }) => `${where} ${what}`)).toEqual([
      'networks must be an array of at most 2 items, each an IP address or CIDR block',
    ])
  })

  it('of alternatives is looked into where only one can be meant', () => {
    const rows = Type.Array(Type.Object({ player: Type.String() }))
    const either = Type.Union([Type.Object({ rows }), rows])
    expect(refusal(() => readBody(either, [{ player: 1 }])).message).toBe(
      'Invalid field: [0].player must be a string',
    )
    expect(refusal(() => readBody(either, { rows: [{}] })).message).toBe('Missing field: rows[0].player')
    expect(refusal(() => readBody(either, 'x')).message).toMatch(/^Invalid JSON body: it must be an object/)
  })
})

const Query = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    live: Type.Optional(Type.Boolean()),
    format: Type.Optional(Type.Enum(['json', 'csv'])),
    search: Type.Optional(Type.String({ maxLength: 5 })),
  },
  strict,
)

describe('a query', () => {
  it('turns texts into what the schema says, and only those', () => {
    expect(readQuery(Query, { limit: '10', live: 'true', search: '10' })).toEqual({
      limit: 10,
      live: true,
      search: '10',
    })
    expect(readQuery(Query, { live: 'false' })).toEqual({ live: false })
    expect(readQuery(Query, undefined)).toEqual({})
  })

  it.each(['', '0', '1001', '1e2', ' 1', '+1', '01', '1.0', '0x10', '١', 'ten', '9'.repeat(30)])(
    'takes no %j for a limit',
    limit => {
      const { code, message } = refusal(() => readQuery(Query, { limit }))
      expect(code).toBe('QUERY_INVALID')
      expect(message).toBe('Invalid parameter: limit must be a whole number from 1 to 1000')
    },
  )

  it.each(['', '1', 'yes', 'TRUE'])('takes no %j for true or false', live => {
    const { message } = refusal(() => readQuery(Query, { live }))
    expect(message).toBe('Invalid parameter: live must be true or false')
  })

  it('names what it does not know, and what is given twice', () => {
    const unknown = refusal(() => readQuery(Query, { limits: '1' }))
    expect(unknown.message).toBe('Unknown parameter: limits, did you mean limit?')
    const twice = refusal(() => readQuery(Query, { limit: ['1', '2'] }))
    expect(twice.message).toBe('Invalid parameter: limit must be given once')
    expect(twice.problems).toEqual([{ where: 'limit', what: 'must be given once' }])
  })

  it('is not impressed by the names of an object', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const query = JSON.parse(`{"${name}":"x"}`)
      expect(refusal(() => readQuery(Query, query)).message).toBe(`Unknown parameter: ${name}`)
    }
  })
})
