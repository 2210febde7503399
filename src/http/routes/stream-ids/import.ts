import { requireBody } from '../../body-parser.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { success } from '../../schemas/common.ts'
import { ImportBody, ImportQuery, ImportReport } from '../../schemas/import.ts'
import { readQuery } from '../../validate.ts'
import { writeDown } from '../audit-trail.ts'
import { readImport } from './import-rows.ts'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { dry_run: isDryRun = false, on_conflict: onConflict = 'fail' } = readQuery(
      ImportQuery,
      request.query,
    )
    const rows = readImport(requireBody(request.body), request.bodyType)
    const report = await deps.streamIds.import(rows, { onConflict, isDryRun }, request.scope)
    const { created, updated, skipped } = report
    if (!isDryRun && created + updated > 0) {
      const details = { created, updated, skipped, on_conflict: onConflict }
      await writeDown(deps, request, {
        action: 'stream-id.imported',
        subject: `${created + updated} rows`,
        details,
        event: { type: 'stream_id.imported', data: { created, updated, skipped } },
      })
    }
    return sendJson(reply, 200, { data: { created, updated, skipped, dry_run: isDryRun }, status: 'success' })
  }
}

export const importStreamIds: RouteSpec = {
  method: 'POST',
  path: '/api/stream-ids/import',
  access: 'write',
  scoped: 'own',
  limit: 'config',
  tag: 'Stream IDs',
  operationId: 'importStreamIds',
  summary:
    'Adds or changes many pairs, all or nothing. CSV has a header line with the names of the fields, blanks between ' +
    'networks, and true or false; an empty field is one that is left out. Fields that only an export has are left ' +
    'aside.',
  query: ImportQuery,
  body: ImportBody,
  bodyLimitBytes: 16 * 1024 * 1024,
  alsoConsumes: ['text/csv'],
  bodyExample: {
    stream_ids: [
      { publisher: 'studio_1', player: 'live_1', description: 'Main', max_players: 50 },
      { publisher: 'studio_2', player: 'live_2', publish_networks: ['192.0.2.0/24'] },
    ],
  },
  answers: {
    200: {
      description: 'All of them are in force, or with dry_run would be.',
      schema: success(ImportReport),
      example: { data: { created: 2, dry_run: false, skipped: 0, updated: 0 }, status: 'success' },
    },
  },
  errors: ['BODY_INVALID', 'QUERY_INVALID', 'IMPORT_INVALID', 'BODY_TOO_LARGE'],
  handler,
}
