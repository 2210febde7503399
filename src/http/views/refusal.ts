import { maskId } from '../../lib/mask.ts'
import type { Refusal as JournalEntry } from '../../streams/refusals.ts'
import type { Refusal } from '../schemas/refusals.ts'
import { isoOfMs } from './times.ts'

/** The stream ID is masked: it is what a stranger typed, and often almost a right one. */
export function refusalView(entry: JournalEntry): Refusal {
  return {
    id: entry.id,
    at: isoOfMs(entry.lastAtMs) ?? '',
    first_at: isoOfMs(entry.firstAtMs) ?? '',
    count: entry.count,
    listener: entry.listener,
    role: entry.role === 'publish' ? 'publisher' : 'player',
    address: entry.address,
    port: Number(entry.port),
    stream_id: maskId(entry.streamId),
    reason: entry.reason,
    code: entry.code,
    message: entry.sentence,
    latency_ms: entry.latencyMs,
    encryption: entry.encryption,
  }
}
