import { describe, expect, it } from 'vitest'
import { lostRight } from '../../../src/access/entitlement.ts'
import { networkCheck, networkProblem } from '../../../src/access/networks.ts'
import { RouteIndex } from '../../../src/access/route-index.ts'
import { streamIdProblems } from '../../../src/access/stream-settings.ts'
import type { RouteRules } from '../../../src/engine/contract.ts'

const isWithin = networkCheck()

describe('networks', () => {
  it.each([
    '192.0.2.1',
    '192.0.2.0/24',
    '0.0.0.0/0',
    '2001:db8::1',
    '2001:db8::/32',
    '::/0',
    '::ffff:192.0.2.0/120',
    '0:0:0:0:0:ffff:c000:200/120',
    '::ffff:1:2:3/64',
  ])('%s is one', text => expect(networkProblem(text)).toBeUndefined())

  it.each([
    '',
    'localhost',
    '192.0.2',
    '192.0.2.1/33',
    '192.0.2.1/024',
    '192.0.2.1/-1',
    '192.0.2.1/',
    '2001:db8::/129',
    'fe80::1%eth0',
    '192.0.2.1:80',
    '::ffff:192.0.2.0/24',
    '::FFFF:c000:200/95',
    '0:0:0:0:0:ffff:192.0.2.0/24',
    '::0:ffff:192.0.2.0/24',
    '0000::ffff:192.0.2.0/0',
    ' 192.0.2.1',
  ])('%j is none', text => expect(networkProblem(text)).toMatch(/^must be/))

  it('hold the addresses of their block; none at all hold everybody', () => {
    const networks = ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7']
    const inside = ['192.0.2.255', '2001:db8:1::1', '198.51.100.7']
    const outside = ['192.0.3.0', '2001:db9::1', '198.51.100.8', 'unknown', '']
    expect(inside.map(address => isWithin(networks, address))).toEqual([true, true, true])
    expect(outside.map(address => isWithin(networks, address))).toEqual(outside.map(() => false))
    expect(isWithin([], 'anything')).toBe(true)
    expect(isWithin(networks, '192.0.2.255')).toBe(true)
  })

  it('hold IPv4 in its mapped form too, as the data plane sees it', () => {
    expect(isWithin(['::/0'], '192.0.2.1')).toBe(true)
    expect(isWithin(['0:0:0:0:0:ffff:c000:200/120'], '192.0.2.1')).toBe(true)
    expect(isWithin(['0:0:0:0:0:ffff:c000:200/120'], '192.0.3.1')).toBe(false)
    expect(isWithin(['0.0.0.0/0'], '2001:db8::1')).toBe(false)
  })
})

describe('lostRight', () => {
  const rules: RouteRules = {
    passphrase: '',
    networks: ['192.0.2.0/24'],
    maxPlayers: 0,
    maxRateKbps: 0,
    rateGraceMs: 0,
    tokenSubject: '1',
    isTokenRequired: true,
    tokensNotBeforeS: 0,
  }
  const index = new RouteIndex([{ role: 'play', streamId: 'view', streamKey: 'cam', rules }])
  const viewer = {
    connectionId: 1,
    role: 'play',
    streamId: 'view',
    streamKey: 'cam',
    peer: '192.0.2.9:5000',
    tokenId: 't',
  } as const

  it('says what is missing, and nothing where all is well', () => {
    expect(lostRight(viewer, index, isWithin)).toBeUndefined()
    expect(lostRight({ ...viewer, tokenId: '' }, index, isWithin)).toContain('token')
    expect(lostRight({ ...viewer, peer: '[2001:db8::1]:5000' }, index, isWithin)).toContain('networks')
    expect(lostRight({ ...viewer, streamKey: 'other' }, index, isWithin)).toContain('removed')
    expect(lostRight({ ...viewer, role: 'publish' }, index, isWithin)).toContain('removed')
  })
})

describe('the settings of a stream ID', () => {
  it('are all checked at once, and no value is quoted', () => {
    const problems = streamIdProblems({
      publisher: '',
      player: 'a\n',
      description: 'x'.repeat(1025),
      passphrase: 'too short',
      maxPlayers: -1,
      maxBitrateKbps: 1.5,
      bitrateGraceS: 3601,
      publishNetworks: ['nonsense'],
      playNetworks: Array.from({ length: 65 }, () => '192.0.2.1'),
    })
    expect(problems.map(problem => problem.where)).toEqual([
      'publisher',
      'player',
      'description',
      'passphrase',
      'max_players',
      'max_bitrate_kbps',
      'bitrate_grace_s',
      'publish_networks',
      'play_networks',
    ])
    expect(JSON.stringify(problems)).not.toMatch(/too short|nonsense/)
  })

  it('may be at their limits', () => {
    const fine = {
      passphrase: 'é'.repeat(39),
      maxPlayers: 100_000,
      maxBitrateKbps: 10_000_000,
      bitrateGraceS: 0,
      description: null,
    }
    expect(streamIdProblems(fine)).toEqual([])
    expect(streamIdProblems({ passphrase: '', publishNetworks: [] })).toEqual([])
    expect(streamIdProblems({ passphrase: 'é'.repeat(40) })).toHaveLength(1)
  })
})
