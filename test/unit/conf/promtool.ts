import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { mediaTool, ROOT } from '../../support/tools.ts'

export const CONF = join(ROOT, 'conf')

/** Exit status and everything it said. */
export function promtool(
  args: readonly string[],
  stdin: string = '',
): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(mediaTool('promtool'), args, {
    encoding: 'utf8',
    input: stdin,
    timeout: 120_000,
  })
  if (error !== undefined) throw error
  return { status, output: `${stdout}${stderr}` }
}
