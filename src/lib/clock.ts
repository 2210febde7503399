/** Where the time comes from, so that tests can set it. */
export interface Clock {
  /** Wall clock, Unix milliseconds; may jump. */
  nowMs(): number
  /** Milliseconds since an arbitrary start; never goes back. For deadlines, ages and rates. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}
