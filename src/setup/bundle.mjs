// Makes dist/sls.mjs of what tsc has compiled and of the packages it names: one file instead of some thousand,
// because finding and opening them was three quarters of the server's start.
import { chmodSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const ROOT = new URL('../../', import.meta.url)
const at = path => fileURLToPath(new URL(path, ROOT))

// These look for files beside themselves: an addon, a worker, pages.
const APART = ['better-sqlite3', 'pino', '@fastify/static', '@fastify/swagger-ui']
const { dependencies } = JSON.parse(readFileSync(at('package.json'), 'utf8'))
for (const name of APART) if (!(name in dependencies)) throw new Error(`${name} is not a dependency any more`)

const bundle = await rolldown({
  input: at('dist/src/cli/main.js'),
  platform: 'node',
  external: APART,
  onLog(level, log, report) {
    if (level === 'warn') throw new Error(log.message)
    report(level, log)
  },
})
await bundle.write({ file: at('dist/sls.mjs'), format: 'esm', codeSplitting: false })
chmodSync(at('dist/sls.mjs'), 0o755)
