import type { ServerResponse } from 'node:http'

/** Whether the peer has taken what was written, within a time; false also when it leaves. */
export function drained(response: ServerResponse, withinMs: number): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false)
  return new Promise(resolve => {
    const settle = (isDrained: boolean) => {
      clearTimeout(timer)
      response.off('drain', onDrain).off('close', onClose)
      resolve(isDrained)
    }
    const onDrain = () => settle(true)
    const onClose = () => settle(false)
    const timer = setTimeout(onClose, withinMs).unref()
    response.on('drain', onDrain).on('close', onClose)
  })
}
