// The checkout's part: packages, addon, TypeScript. Each step does nothing when what it makes is fresh.

import { existsSync, readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fingerprint, isFresh, writeStamp } from './fingerprint.mjs'
import { EXIT_UNAVAILABLE, run, SetupError, succeeds } from './run.mjs'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const at = (...parts) => join(ROOT, ...parts)

const LEAST_NODE = [20, 20]

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return
  throw new SetupError(
    `Node.js ${LEAST_NODE.join('.')} or newer is needed, this is ${process.version}.`,
    EXIT_UNAVAILABLE,
  )
}

/** Compilers through ccache where there is one, and the headers of the very Node.js that runs this. */
function buildEnvironment() {
  const env = { ...process.env }
  const prefix = resolve(process.execPath, '../..')
  if (existsSync(join(prefix, 'include/node/node_version.h')))
    env.npm_package_config_node_gyp_nodedir = prefix
  if (succeeds('ccache', ['--version'])) {
    env.CC ??= 'ccache gcc'
    env.CXX ??= 'ccache g++'
  }
  return env
}

/** npm ci, when the lock file or the Node.js ABI (better-sqlite3 is bound to it) has changed. */
export function ensurePackages() {
  const stamp = at('node_modules/.sls-fingerprint')
  const value = fingerprint([at('package-lock.json')], [process.versions.modules])
  if (isFresh(stamp, value)) return
  console.error('Installing the packages (about a minute: better-sqlite3 is compiled) …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--include=dev'], { cwd: ROOT, env: buildEnvironment() })
  writeStamp(stamp, value)
}

export function ensureAddon() {
  const stamp = at('native/build/.sls-fingerprint')
  const sources = [at('native/src'), at('native/CMakeLists.txt')]
  const value = fingerprint(sources)
  if (isFresh(stamp, value) && existsSync(at('native/build/sls.node'))) return
  console.error('Building the addon …')
  const launcher = succeeds('ccache', ['--version']) ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : []
  run('cmake', ['-S', at('native'), '-B', at('native/build'), '-DCMAKE_BUILD_TYPE=Release', ...launcher])
  run('cmake', ['--build', at('native/build'), '--parallel', String(cpus().length)])
  writeStamp(stamp, value)
}

export function ensureTypeScript() {
  const stamp = at('dist/.sls-fingerprint')
  // The page is built by itself.
  const folders = readdirSync(at('src')).filter(name => name !== 'page')
  const sources = folders.map(name => at('src', name))
  const value = fingerprint([...sources, at('migrations'), at('tsconfig.json'), at('package-lock.json')])
  if (isFresh(stamp, value) && existsSync(at('dist/sls.mjs'))) return
  console.error('Building the TypeScript …')
  run(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', at('tsconfig.json')], { cwd: ROOT })
  run(process.execPath, [at('src/setup/bundle.mjs')], { cwd: ROOT })
  writeStamp(stamp, value)
}

/** The page for operators, in dist/page. */
export function ensurePage() {
  const stamp = at('dist/.sls-page-fingerprint')
  // The lock file says which versions of its libraries are in it.
  const value = fingerprint([at('src/page'), at('package-lock.json')])
  if (isFresh(stamp, value) && existsSync(at('dist/page/index.html'))) return
  console.error('Building the page …')
  const config = at('src/page/vite.config.mjs')
  run(process.execPath, [at('node_modules/vite/bin/vite.js'), 'build', '-c', config], { cwd: ROOT })
  writeStamp(stamp, value)
}
