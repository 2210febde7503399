import type { FastifyRequest } from 'fastify'
import type { HttpDeps } from '../deps.ts'

/** What was done; no secrets. */
export interface Deed {
  /** E.g. 'key.revoked'. */
  action: string
  subject: string
  details?: Readonly<Record<string, unknown>>
}

/** Writes down what has been done. It stays done if that fails: the log of the program has it then. */
export async function writeDown(
  { audit, log }: Pick<HttpDeps, 'audit' | 'log'>,
  request: FastifyRequest,
  { action, subject, details = {} }: Deed,
): Promise<void> {
  const { apiKey, clientAddress } = request
  const who = {
    apiKeyId: apiKey?.id ?? null,
    apiKeyName: apiKey?.name ?? null,
    ipAddress: clientAddress,
  }
  try {
    await audit.add({ ...who, action, subject, details })
  } catch (error) {
    log.error({ err: error, reqId: request.id, ...who, action }, 'done, but missing in the audit log')
  }
}
