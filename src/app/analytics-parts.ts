import { Analytics } from '../analytics/analytics.ts'
import { PublicStatus } from '../analytics/public-status.ts'
import { Reports } from '../analytics/reports.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { annotationsBetween } from '../store/annotations-between.ts'
import type { Database } from '../store/database.ts'
import { measuredStreams } from '../store/measured-streams.ts'
import { pastSessions } from '../store/past-sessions.ts'
import { samples as samplesTable } from '../store/samples.ts'
import type { Directory } from '../streams/directory.ts'
import { encryptionOf } from '../streams/sessions.ts'

export interface AnalyticsParts {
  recorder: Analytics
  reports: Reports
  publicStatus: PublicStatus
}

export interface AnalyticsPartsOptions {
  /** Asked each time, so that a reload counts at once. */
  settings: () => { isOn: boolean; retentionDays: number }
  database: Database
  clock: Clock
  log: Logger
}

/** What measures, and what answers from it; not yet started. */
export function analyticsParts(options: AnalyticsPartsOptions, directory: Directory): AnalyticsParts {
  const { settings, database, clock, log } = options
  const streams = measuredStreams(database)
  const samples = samplesTable(database)
  const sessions = pastSessions(database)
  const isOn = () => settings().isOn
  const recorder = new Analytics({
    isOn,
    retentionDays: () => settings().retentionDays,
    connections: () => directory.connections(),
    ...{ samples, sessions, streams, encryptionOf, clock, log },
  })
  const reports = new Reports({
    ...{ samples, streams, sessions, clock },
    annotations: (fromMs, toMs) => annotationsBetween(database, fromMs, toMs),
    flush: () => recorder.flush(),
    runId: recorder.runId,
  })
  const publicStatus = new PublicStatus({
    names: () => database.streamIds.publicNames(),
    publisher: streamKey => directory.publisher(streamKey),
    isMeasured: isOn,
    ...{ streams, samples, clock },
  })
  return { recorder, reports, publicStatus }
}
