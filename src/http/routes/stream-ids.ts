import { AppError } from '../../lib/errors.ts'
import { requireBody } from '../body-parser.ts'
import type { HttpDeps, NewStreamId, StreamIdRow, StreamIds } from '../deps.ts'
import { sendJson } from '../json.ts'
import { wildcardOf } from '../request-path.ts'
import type { RouteHandler } from '../route-spec.ts'
import { readStreamIdBody } from '../schemas.ts'

/** `description` is left out where there is none. */
function shown({ publisher, player, description }: StreamIdRow): object {
  return description === null || description === ''
    ? { publisher, player }
    : { publisher, player, description }
}

export function listStreamIds({ streamIds }: HttpDeps): RouteHandler {
  return async (_request, reply) => {
    const rows = await streamIds.list()
    return sendJson(reply, 200, { data: rows.map(shown), status: 'success' })
  }
}

/** The sentence is part of the API, so it is made here. */
async function add(streamIds: StreamIds, row: NewStreamId): Promise<void> {
  try {
    await streamIds.add(row)
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'STREAM_ID_EXISTS') throw cause
    const sentence = `Stream ID with player '${row.player}' already exists`
    throw new AppError('STREAM_ID_EXISTS', sentence, { cause })
  }
}

export function addStreamId({ streamIds }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { publisher, player, description } = readStreamIdBody(requireBody(request.body))
    await add(streamIds, { publisher, player, ...(typeof description === 'string' ? { description } : {}) })
    return sendJson(reply, 200, { message: 'Stream ID added successfully', status: 'success' })
  }
}

export function removeStreamId({ streamIds }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const isRemoved = await streamIds.remove(wildcardOf(request))
    if (!isRemoved) throw new AppError('STREAM_ID_UNKNOWN', 'Stream ID not found')
    return sendJson(reply, 200, { message: 'Stream ID deleted successfully', status: 'success' })
  }
}
