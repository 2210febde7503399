// Builds what the checks of `npm test` run, so that it is there when they start. Says nothing: whoever needs a build that
// failed here builds it again, and shows why.
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './build.mjs'

const cwd = join(ROOT, 'native')

for (const preset of ['asan', 'tsan']) {
  spawnSync('cmake', ['--preset', preset], { cwd })
  spawnSync('cmake', ['--build', '--preset', preset, '--parallel', String(cpus().length)], { cwd })
}
spawnSync(process.execPath, ['test/fuzz/run.mjs', '--build'], { cwd: ROOT })
