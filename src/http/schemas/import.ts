import Type from 'typebox'
import { Count, strictObject } from './common.ts'
import { DERIVED_FIELDS, Description, Player, Publisher } from './stream-ids.ts'
import { OPTIONAL_SETTINGS } from './stream-settings.ts'

/** One row of an import. An export has derived fields too; they are left aside. */
export const StreamIdImportRow = strictObject({
  publisher: Publisher,
  player: Player,
  description: Type.Optional(Description),
  ...OPTIONAL_SETTINGS,
  ...Object.fromEntries(DERIVED_FIELDS.map(name => [name, Type.Optional(Type.Unknown())])),
})

export const ImportQuery = strictObject({
  dry_run: Type.Optional(Type.Boolean({ default: false, description: 'Do everything but keep it.' })),
  on_conflict: Type.Optional(
    Type.Enum(['fail', 'skip', 'update'], {
      default: 'fail',
      description: 'What happens with a player that is there already.',
    }),
  ),
})

export const IMPORT_MAX_ROWS = 100_000

const ImportRows = Type.Array(StreamIdImportRow, { maxItems: IMPORT_MAX_ROWS })

export const ImportBody = Type.Union([strictObject({ stream_ids: ImportRows }), ImportRows])

export const ImportReport = strictObject({
  created: Count,
  updated: Count,
  skipped: Count,
  dry_run: Type.Boolean(),
})
