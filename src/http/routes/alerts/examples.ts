/** Of answers about alert rules. */
export const RULE_EXAMPLE = {
  active: true,
  clear_for_s: 10,
  clear_threshold: 1100,
  created: '2026-11-21T09:00:00Z',
  for_s: 10,
  id: 1,
  kind: 'bitrate_below',
  name: 'Low bitrate',
  player: 'live_1',
  threshold: 1000,
}

export const RULE_PARAMETER = { name: 'id', description: 'Of the rule, as the list has it.', example: '1' }

export const RULE_ANSWER = { data: RULE_EXAMPLE, status: 'success' }
