import type { RouteSpec } from './route-spec.ts'
import { changeAlertRule } from './routes/alerts/change-rule.ts'
import { createAlertRule } from './routes/alerts/create-rule.ts'
import { getAlertRule } from './routes/alerts/get-rule.ts'
import { listAlerts } from './routes/alerts/list.ts'
import { listAlertRules } from './routes/alerts/list-rules.ts'
import { removeAlertRule } from './routes/alerts/remove-rule.ts'
import { getAnalytics } from './routes/analytics/get.ts'
import { listHistory } from './routes/analytics/history.ts'
import { publicStatus } from './routes/analytics/status.ts'
import { addAnnotation } from './routes/annotations/add.ts'
import { listAnnotations } from './routes/annotations/list.ts'
import { removeAnnotation } from './routes/annotations/remove.ts'
import { changeConfig } from './routes/config/change.ts'
import { getConfig } from './routes/config/get.ts'
import { readEvents } from './routes/events/events.ts'
import { createKey } from './routes/keys/create.ts'
import { listKeys } from './routes/keys/list.ts'
import { ownKey } from './routes/keys/own.ts'
import { revokeKey } from './routes/keys/revoke.ts'
import { rotateKey } from './routes/keys/rotate.ts'
import { listAccessLogs } from './routes/logs/access-logs.ts'
import { listAuditLogs } from './routes/logs/audit-logs.ts'
import { preview } from './routes/preview.ts'
import { health } from './routes/server/health.ts'
import { metrics } from './routes/server/metrics.ts'
import { openApi } from './routes/server/open-api.ts'
import { ready } from './routes/server/ready.ts'
import { disconnect } from './routes/sessions/disconnect.ts'
import { endSession } from './routes/sessions/end.ts'
import { listSessions } from './routes/sessions/list.ts'
import { listRefusals } from './routes/sessions/refusals.ts'
import { stats } from './routes/stats.ts'
import { addStreamId } from './routes/stream-ids/add.ts'
import { changeStreamId } from './routes/stream-ids/change.ts'
import { getStreamId } from './routes/stream-ids/get.ts'
import { importStreamIds } from './routes/stream-ids/import.ts'
import { listStreamIds } from './routes/stream-ids/list.ts'
import { removeStreamId } from './routes/stream-ids/remove.ts'
import { issueToken } from './routes/tokens/issue.ts'
import { revokeTokens } from './routes/tokens/revoke.ts'
import { changeWebhook } from './routes/webhooks/change.ts'
import { createWebhook } from './routes/webhooks/create.ts'
import { listDeliveries } from './routes/webhooks/deliveries.ts'
import { getWebhook } from './routes/webhooks/get.ts'
import { listWebhooks } from './routes/webhooks/list.ts'
import { removeWebhook } from './routes/webhooks/remove.ts'
import { rotateWebhookSecret } from './routes/webhooks/rotate-secret.ts'
import { testWebhook } from './routes/webhooks/test.ts'

/** THE route table: what isn't here doesn't exist, but for /docs. OPTIONS is answered on every path. */
export const ROUTES: readonly RouteSpec[] = [
  health,
  ready,
  metrics,
  openApi(() => ROUTES),
  stats,
  preview,
  listStreamIds,
  addStreamId,
  importStreamIds,
  getStreamId,
  changeStreamId,
  removeStreamId,
  issueToken,
  revokeTokens,
  listSessions,
  endSession,
  disconnect,
  listRefusals,
  ownKey,
  listKeys,
  createKey,
  revokeKey,
  rotateKey,
  getConfig,
  changeConfig,
  listAccessLogs,
  listAuditLogs,
  readEvents,
  listWebhooks,
  createWebhook,
  getWebhook,
  changeWebhook,
  removeWebhook,
  testWebhook,
  rotateWebhookSecret,
  listDeliveries,
  getAnalytics,
  listHistory,
  publicStatus,
  listAlertRules,
  createAlertRule,
  getAlertRule,
  changeAlertRule,
  removeAlertRule,
  listAlerts,
  listAnnotations,
  addAnnotation,
  removeAnnotation,
]
