import { useRef, useState } from 'preact/hooks'
import { asApiError } from '../../../api/errors.ts'
import { toast } from '../../../components/toast.tsx'

export interface Action<Input> {
  /** Does nothing while it is still at work. Never rejects: a toast says what went wrong. */
  run: (input: Input) => Promise<void>
  isBusy: boolean
}

/** What a button does that has no form and no dialog around it. */
export function useAction<Input>(act: (input: Input) => Promise<void>): Action<Input> {
  const [isBusy, setBusy] = useState(false)
  const isRunning = useRef(false)
  const run = async (input: Input) => {
    if (isRunning.current) return
    isRunning.current = true
    setBusy(true)
    try {
      await act(input)
    } catch (error) {
      toast(asApiError(error).message, 'bad')
    } finally {
      isRunning.current = false
      setBusy(false)
    }
  }
  return { run, isBusy }
}
