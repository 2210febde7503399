import { onTestFinished } from 'vitest'

/**
 * Runs the clean-up when the current test ends, passed or failed, the last registered first. False outside a test,
 * e.g. in beforeAll: then whoever started the thing ends it in afterAll.
 */
export function endWithTest(cleanUp: () => void | Promise<void>): boolean {
  try {
    onTestFinished(cleanUp)
    return true
  } catch {
    return false
  }
}
