/** The axes go up to these at least: next to nothing must not look like a mountain. */
export const LEAST_TOPS = { bitrateKbps: 100, rttMs: 10, lossPercent: 1, bufferMs: 100, players: 4 } as const
