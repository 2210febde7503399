import { sql } from 'kysely'
import type { Queries } from './queries.ts'

export interface TokenUse {
  tokenId: string
  /** Unix seconds; from then on the token is worth nothing and its count isn't kept. */
  expiresAtS: number
}

export interface TokenUseCount extends TokenUse {
  useCount: number
}

/** The table play_token_uses. Every function throws STORE_UNAVAILABLE when SQLite can't. */
export interface TokenUses {
  /** Of the tokens that haven't expired at `nowS`. */
  all(nowS: number): Promise<TokenUseCount[]>
  /** One use each; a token may be there more than once. Gives up soon while another process writes. */
  add(uses: readonly TokenUse[]): Promise<void>
  /** Forgets the tokens that have expired. Resolves to their number. */
  prune(nowS: number): Promise<number>
}

export function tokenUses(queries: Queries): TokenUses {
  return {
    all: nowS =>
      queries.run(db =>
        db
          .selectFrom('play_token_uses')
          .select(['token_id as tokenId', 'use_count as useCount', 'expires_at_s as expiresAtS'])
          .where('expires_at_s', '>', nowS)
          .orderBy('token_id')
          .execute(),
      ),

    async add(uses) {
      if (uses.length === 0) return
      // One statement, so that a use is counted once or, when this fails, not at all.
      await queries.runBriefly(db =>
        sql`
          INSERT INTO play_token_uses (token_id, use_count, expires_at_s)
          SELECT used.value ->> 'tokenId', count(*), max(used.value ->> 'expiresAtS')
          FROM json_each(${JSON.stringify(uses)}) AS used WHERE true GROUP BY 1
          ON CONFLICT DO UPDATE SET use_count = use_count + excluded.use_count,
            expires_at_s = max(expires_at_s, excluded.expires_at_s)`.execute(db),
      )
    },

    prune: nowS =>
      queries.runBriefly(async db => {
        const { numDeletedRows } = await db
          .deleteFrom('play_token_uses')
          .where('expires_at_s', '<=', nowS)
          .executeTakeFirstOrThrow()
        return Number(numDeletedRows)
      }),
  }
}
