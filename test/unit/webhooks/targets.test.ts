import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { networkCheck } from '../../../src/access/networks.ts'
import { specialKind } from '../../../src/webhooks/address-kinds.ts'
import { TargetGuard } from '../../../src/webhooks/target-guard.ts'
import { urlProblem } from '../../../src/webhooks/url-rules.ts'

const guardWith = (...allowed: string[]) =>
  new TargetGuard({ allowed: () => allowed, contains: networkCheck() })

const isRefused = (url: string, ...allowed: string[]) =>
  guardWith(...allowed).urlProblem(new URL(url)) !== undefined

const PRIVATE = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1'],
  ...['127.255.0.9', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1'],
  ...['192.88.99.1', '192.168.1.1', '198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.9'],
  ...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
]
const PUBLIC = [
  ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.0.0.1'],
  ...['128.0.0.1', '169.253.0.1', '172.15.255.255', '172.32.0.0', '192.0.1.1', '192.167.0.1'],
  ...['198.17.255.255', '198.20.0.0', '223.255.255.255'],
]
const PRIVATE_IPV6 = [
  ...['::', '::1', '::2', '::7f00:1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:0:127.0.0.1'],
  ...[
    '64:ff9b::7f00:1',
    '64:ff9b::808:808',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:10::1',
    '2001:db8::1',
  ],
  ...['2002:7f00:1::', '2002:808:808::1', '3fff::1', '5f00::1', 'fc00::1', 'fd12:3456::1', 'fe80::1'],
  ...['fec0::1', 'ff02::1', '4000::1', 'ffff::1'],
]
const PUBLIC_IPV6 = ['2001:200::1', '2606:4700:4700::1111', '2a00:1450:4001::1', '2003::1', '3ffe::1']

describe('an address', () => {
  it.each(PRIVATE)('%s is refused', address => expect(specialKind(address)).toBeDefined())
  it.each(PRIVATE_IPV6)('%s is refused', address => expect(specialKind(address)).toBeDefined())
  it.each(PUBLIC)('%s may be called', address => expect(specialKind(address)).toBeUndefined())
  it.each(PUBLIC_IPV6)('%s may be called', address => expect(specialKind(address)).toBeUndefined())
  it.each(['fe80::1%eth0', '2606:4700::1%1', '', 'localhost', '127.1', '0x7f.1'])(
    '%s is refused as none of the public ones',
    address => expect(specialKind(address)).toBeDefined(),
  )

  it('is allowed by webhook_networks, and by nothing else', () => {
    expect(guardWith().addressProblem('127.0.0.1')).toBe(
      'must not lead to 127.0.0.1, a loopback address; webhook_networks can allow it',
    )
    expect(guardWith('10.0.0.0/8').addressProblem('127.0.0.1')).toBeDefined()
    expect(guardWith('127.0.0.1').addressProblem('127.0.0.1')).toBeUndefined()
    expect(guardWith('127.0.0.1').addressProblem('127.0.0.2')).toBeDefined()
    expect(guardWith('127.0.0.0/8', 'fd00::/8').addressProblem('fd00::5')).toBeUndefined()
    expect(guardWith('::1').addressProblem('fe80::1%lo')).toBeDefined()
    expect(guardWith('0.0.0.0/0', '::/0').addressProblem('nothing')).toBeDefined()
  })
})

/** IPv4 in the spellings that the WHATWG URL parser takes. */
const spellings = ([a, b, c, d]: readonly [number, number, number, number]): string[] => {
  const number = ((a * 256 + b) * 256 + c) * 256 + d
  const hex = (part: number) => `0x${part.toString(16)}`
  const octal = (part: number) => `0${part.toString(8)}`
  return [
    `${a}.${b}.${c}.${d}`,
    `${a}.${b}.${c}.${d}.`,
    String(number),
    hex(number),
    octal(number),
    [a, b, c, d].map(hex).join('.'),
    [a, b, c, d].map(octal).join('.'),
    `${a}.${b}.${c * 256 + d}`,
    `${hex(a)}.${(b * 256 + c) * 256 + d}`,
    [...`${a}.${b}.${c}.${d}`].map(each => String.fromCodePoint(each.charCodeAt(0) + 0xfee0)).join(''),
    `${a}.${b}.${c}.${d}`.replace(/\d/g, digit => `%3${digit}`),
  ]
}

/** The IPv6 spellings that embed an IPv4 address. */
function embeddings([a, b, c, d]: readonly [number, number, number, number]): string[] {
  const [high, low] = [(a * 256 + b).toString(16), (c * 256 + d).toString(16)]
  return [
    `::ffff:${a}.${b}.${c}.${d}`,
    `0:0:0:0:0:FFFF:${high}:${low}`,
    `::${high}:${low}`,
    `::ffff:0:${high}:${low}`,
    `64:ff9b::${high}:${low}`,
    `64:ff9b:1::${high}:${low}`,
    `2002:${high}:${low}::1`,
    `2001:0:${high}:${low}::1`,
  ]
}

const byte = fc.nat(255)
const ipv4 = fc.oneof(
  fc.tuple(byte, byte, byte, byte),
  fc
    .constantFrom<[number, number, number]>([127, 0, 0], [10, 1, 2], [192, 168, 7], [169, 254, 169])
    .chain(([a, b, c]) => byte.map((d): [number, number, number, number] => [a, b, c, d])),
)

describe('the host of a URL, in whatever spelling', () => {
  it('is judged as the address it is', () => {
    fc.assert(
      fc.property(ipv4, address => {
        const dotted = address.join('.')
        for (const spelling of spellings(address)) {
          const url = `http://${spelling}/`
          expect([spelling, isRefused(url)]).toEqual([spelling, specialKind(dotted) !== undefined])
          expect(isRefused(url, dotted)).toBe(false)
        }
      }),
    )
  })

  it('is refused when an IPv6 address has an IPv4 one in it', () => {
    fc.assert(
      fc.property(ipv4, address => {
        for (const each of embeddings(address))
          expect([each, isRefused(`http://[${each}]/`)]).toEqual([each, true])
      }),
    )
  })

  it('is refused when an IPv6 address is not of the global unicast ones', () => {
    const group = fc.nat(0xffff)
    const groups = fc.tuple(group, group, group, group, group, group, group, group)
    fc.assert(
      fc.property(groups, parts => {
        const url = `http://[${parts.map(part => part.toString(16)).join(':')}]/`
        const isGlobal = parts[0] >= 0x2000 && parts[0] <= 0x3fff
        if (!isGlobal) expect(isRefused(url)).toBe(true)
        else if (![0x2001, 0x2002, 0x3fff].includes(parts[0])) expect(isRefused(url)).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a URL', () => {
  it.each([
    'https://hooks.example.com',
    'http://hooks.example.com:8080/a/b?token=x@y',
    'HTTPS://EXAMPLE.COM/',
    'https://[2606:4700::1]:444/x',
    'https://example.com/%23',
  ])('%s is taken', url => expect(urlProblem(url)).toBeUndefined())

  it.each([
    ['', /must begin/],
    ['hooks.example.com', /must begin/],
    ['ftp://example.com/', /must begin/],
    ['file:///etc/passwd', /must begin/],
    ['http:example.com', /must begin/],
    ['http://', /must begin/],
    ['http:///example.com', /must begin/],
    ['javascript:alert(1)', /must begin/],
    ['https://user:secret@example.com/', /must not hold a user/],
    ['https://@example.com/', /must not hold a user/],
    ['https://:@example.com/', /must not hold a user/],
    ['https://example.com/#part', /fragment/],
    ['https://example.com/#', /fragment/],
    ['https://example.com:0/', /port 0/],
    ['https://example.com:99999/', /must be a URL/],
    ['https://exa mple.com/', /spaces/],
    [' https://example.com/', /spaces/],
    ['https://example.com/\n', /spaces/],
    ['http:\\\\example.com\\', /spaces/],
    ['http://[::1/', /must be a URL/],
    ['http://1.2.3.4.5/', /must be a URL/],
    [`https://example.com/${'x'.repeat(2048)}`, /at most 2048/],
    [`https://example.com/${'ä'.repeat(1000)}`, /at most 2048/],
  ])('%s is refused', (url, problem) => expect(urlProblem(url)).toMatch(problem))

  it('that is taken has what was promised, whatever it is made of', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'http://',
        'https://',
        '@',
        ':',
        '/',
        '#',
        '?',
        '\\',
        '[',
        ']',
        '127.0.0.1',
        'a.example',
        '%00',
      ),
      fc.constantFrom('\t', '\u0000', '0x7f', ':0', ':80', '..', '%40', 'xn--', '\u3002', '\ud800'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    )
    const text = fc.array(piece, { maxLength: 12 }).map(pieces => pieces.join(''))
    const likely = text.map(rest => `https://${rest}`)
    let taken = 0
    fc.assert(
      fc.property(fc.oneof(text, likely, fc.webUrl({ withQueryParameters: true })), url => {
        if (urlProblem(url) !== undefined) return
        taken += 1
        const { protocol, username, password, hash, port, hostname, href } = new URL(url)
        expect(['http:', 'https:']).toContain(protocol)
        expect([username, password, hash]).toEqual(['', '', ''])
        expect(port).not.toBe('0')
        expect(hostname).not.toBe('')
        expect(href.length).toBeLessThanOrEqual(2048)
        expect(urlProblem(href)).toBeUndefined()
        guardWith().urlProblem(new URL(url))
      }),
      { numRuns: 3000 },
    )
    expect(taken).toBeGreaterThan(300)
  })
})
