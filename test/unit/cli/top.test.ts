import { describe, expect, it } from 'vitest'
import { widthIn } from '../../../src/cli/terminal/text.ts'
import { frame, plainLines, type Row } from '../../../src/cli/top/frame.ts'
import { commandsOf } from '../../../src/cli/top/keys.ts'
import { changedView, FIRST_VIEW, rowsOf, type View } from '../../../src/cli/top/view.ts'

const row = (id: number, changes: Partial<Row> = {}): Row => ({
  id,
  role: 'player',
  streamKey: 'studio',
  player: 'live',
  name: `live ${id}`,
  address: '192.0.2.1',
  srtVersion: '1.5.3',
  bitrateKbps: 1000,
  rttMs: 10,
  lossPercent: 0,
  bufferMs: 100,
  latencyMs: 1000,
  uptimeS: 60,
  ...changes,
})

const ids = (view: Partial<View>, rows: Row[]) => rowsOf({ ...FIRST_VIEW, ...view }, rows).map(({ id }) => id)

describe('keys', () => {
  it('are told apart in one piece', () => {
    expect(commandsOf('sp\u001b[B\u001bOA\u001b[6~xP\u0003')).toEqual([
      ...['sort', 'publishers', 'down', 'up', 'page-down', 'players', 'quit'],
    ])
    expect(commandsOf('\u001b[200~\u001b\u001b[1;5Cä')).toEqual([])
  })
})

describe('rows', () => {
  const rows = [
    row(1, { bitrateKbps: 10, rttMs: 5, lossPercent: 3, uptimeS: 9, name: 'b' }),
    row(2, { bitrateKbps: 30, rttMs: 6, lossPercent: 2, uptimeS: 8, name: 'a', role: 'publisher' }),
    row(3, { bitrateKbps: 30, rttMs: 7, lossPercent: 1, uptimeS: 7, name: 'c' }),
  ]
  it.each([
    [{}, [2, 3, 1]],
    [{ sort: 'rtt' } as const, [3, 2, 1]],
    [{ sort: 'loss' } as const, [1, 2, 3]],
    [{ sort: 'uptime' } as const, [1, 2, 3]],
    [{ sort: 'name' } as const, [2, 1, 3]],
    [{ role: 'player' } as const, [3, 1]],
    [{ role: 'publisher' } as const, [2]],
  ])('of %j are %j', (view, expected) => expect(ids(view, rows)).toEqual(expected))
})

describe('the view', () => {
  const bounds = { rowCount: 25, pageRows: 10 }
  const viewAfter = (...commands: Parameters<typeof changedView>[1][]) =>
    commands.reduce((view, command) => changedView(view, command, bounds), FIRST_VIEW)

  it('scrolls within what there is', () => {
    expect(viewAfter('up').offset).toBe(0)
    expect(viewAfter('down', 'page-down').offset).toBe(11)
    expect(viewAfter('page-down', 'page-down').offset).toBe(15)
    expect(viewAfter('last', 'page-up', 'up').offset).toBe(4)
    expect(viewAfter('last', 'first').offset).toBe(0)
  })

  it('goes round the sorts, and takes a filter back', () => {
    expect(viewAfter('sort').sort).toBe('rtt')
    expect(viewAfter('sort', 'sort', 'sort', 'sort', 'sort').sort).toBe('bitrate')
    expect(viewAfter('publishers').role).toBe('publisher')
    expect(viewAfter('publishers', 'players').role).toBe('player')
    expect(viewAfter('publishers', 'publishers').role).toBeNull()
    expect(viewAfter('last', 'players').offset).toBe(0)
  })
})

describe('a frame', () => {
  const picture = {
    url: 'http://127.0.0.1:8080',
    version: '2.0.0',
    uptimeS: 61,
    sessions: [row(1, { name: '日本語'.repeat(20) }), ...Array.from({ length: 40 }, (_, i) => row(i + 2))],
  }
  const plain = (_style: string, text: string) => text

  it.each([
    [80, 24],
    [20, 10],
    [200, 60],
    [1, 5],
    [80, 3],
  ])('of %i by %i is no larger', (columns, rows) => {
    const lines = frame(picture, FIRST_VIEW, { size: { columns, rows }, paint: plain })
    expect(lines).toHaveLength(rows)
    for (const line of lines) expect(widthIn(line)).toBeLessThanOrEqual(columns)
  })

  it('shows where it is, and what is wrong', () => {
    const size = { columns: 120, rows: 15 }
    const lines = frame(picture, { ...FIRST_VIEW, offset: 5 }, { size, paint: plain })
    expect(lines[0]).toBe('sls 2.0.0 at http://127.0.0.1:8080, up 1:01')
    expect(lines[1]).toBe('0 publishers, 0 kbit/s; 41 players, 41.0 Mbit/s; all by bitrate')
    expect(lines[4]).toMatch(/^live 6 +player +1\.0 Mbit\/s/)
    expect(lines.at(-1)).toMatch(/^6–15 of 41 {2}q quit/)
    const broken = frame({ ...picture, problem: 'gone' }, FIRST_VIEW, { size, paint: plain })
    expect(broken.at(-1)).toBe('gone')
  })

  it('printed once has every row', () => {
    expect(plainLines(picture, FIRST_VIEW)).toHaveLength(2 + 1 + 1 + 41)
  })
})
