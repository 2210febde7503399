import { statSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, it, vi } from 'vitest'
import { tempFolder } from '../../fixtures/temp-folder.ts'
import { buildWorld, type World } from './world.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 120_000 })

const STREAMS = 40
const TICKS = 240

async function number({ database }: World, query: string): Promise<number> {
  const { rows } = await database.run(db => sql.raw<{ n: number }>(query).execute(db))
  return rows[0]?.n ?? Number.NaN
}

const rowsOf = (world: World, table: string) => number(world, `SELECT count(*) AS n FROM ${table}`)

describe('what is measured', () => {
  it('takes a row for each step and stream, and little room', async () => {
    const path = join(tempFolder(), 'streams.db')
    const world = await buildWorld(path)
    const size = async () => {
      await world.database.run(db => sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db))
      return statSync(path).size
    }
    const empty = await size()
    for (let i = 0; i < STREAMS; i++) world.traffic.connect(`publisher-stream-id-of-some-length-${i}`)
    let noise = 1
    for (let i = 0; i < TICKS; i++) {
      await world.sample(() => {
        noise = (noise * 16_807) % 2_147_483_647
        return {
          bytes: 500_000 + (noise % 90_000),
          packets: 400,
          packetsLost: noise % 3,
          bufferMs: noise % 7,
        }
      })
    }
    // Forty minutes from twelve o'clock on, of each stream and of all of them.
    const times = TICKS + TICKS / 6 + TICKS / 60 + 1
    const rowCount = await rowsOf(world, 'samples')
    expect(rowCount).toBe(times * (STREAMS + 1))
    expect(await rowsOf(world, 'past_sessions')).toBe(STREAMS)
    expect(await rowsOf(world, 'measured_streams')).toBe(STREAMS)
    const grown = (await size()) - empty
    expect(grown / rowCount).toBeLessThan(100)
    // Who is live for a month has so many rows of each step, and no more.
    world.clock.advance(27 * 3_600_000)
    await world.sample()
    await world.analytics.prune()
    expect(await number(world, 'SELECT count(*) AS n FROM samples WHERE step_s < 600')).toBe(
      2 * (STREAMS + 1),
    )
  })
})
