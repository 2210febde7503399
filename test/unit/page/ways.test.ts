import { describe, expect, it } from 'vitest'
import { programsOf, wayOf } from '../../../src/page/pages/stream/ways.ts'

const ODD = { host: '[2001:db8::1]', port: 4001, streamId: '#!::r=a/b c&d,m=publish' }

describe('addresses for programs', () => {
  it.each(['publish', 'play'] as const)(
    '%s: whatever a stream ID contains, a URL gives it back',
    direction => {
      for (const program of programsOf(direction)) {
        const { fields, url } = wayOf(direction, program, ODD)
        const texts = [...fields.map(({ text }) => text), ...(url === undefined ? [] : [url])]
        for (const text of texts.filter(found => found.includes('srt://'))) {
          const [found = ''] = /srt:\/\/[^"\s]+/.exec(text) ?? []
          const parsed = new URL(found)
          expect([program, parsed.host]).toEqual([program, '[2001:db8::1]:4001'])
          expect([program, parsed.searchParams.get('streamid')]).toEqual([program, ODD.streamId])
        }
        expect(fields.length).toBeGreaterThan(0)
      }
    },
  )

  it('counts the latency as the program does', () => {
    const textOf = (program: string) =>
      wayOf('publish', program, ODD)
        .fields.map(({ text }) => text)
        .join(' ')
    expect(textOf('OBS')).toContain('latency=1000000')
    expect(textOf('FFmpeg')).toContain('latency=1000000')
    expect(textOf('Plain SRT')).toContain('latency=1000')
    expect(textOf('Plain SRT')).not.toContain('latency=1000000')
  })

  it('has no address for a program it does not know', () => {
    expect(wayOf('play', 'constructor', ODD).fields).toEqual([])
  })
})
