/** As an event, but one that nobody else is told of and that no list has. */
export function testBody(webhookId: number, nowMs: number): string {
  const at = new Date(nowMs).toISOString()
  const about = { player: null, players: [], session_id: null }
  return JSON.stringify({ id: 0, type: 'test', at, ...about, data: { webhook_id: webhookId } })
}
