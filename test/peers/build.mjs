// Builds the test peers into test/peers/build where stale. One build at a time, whoever asks for it.
import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fingerprint, isFresh, writeStamp } from '../../src/setup/fingerprint.mjs'
import { EXIT_UNAVAILABLE, main, run, SetupError, succeeds } from '../../src/setup/run.mjs'

const SOURCE = dirname(fileURLToPath(import.meta.url))
export const PEERS_BUILD = join(SOURCE, 'build')
const PROGRAMS = ['srt_peer', 'srt_load', 'bare_relay']
const STAMP = join(PEERS_BUILD, '.sls-fingerprint')
const IS_LOCKED = 'SLS_PEERS_LOCKED'

const arePeersFresh = () =>
  isFresh(STAMP, fingerprint([SOURCE])) && PROGRAMS.every(name => existsSync(join(PEERS_BUILD, name)))

/** @param {string} command @param {string} debian */
function need(command, debian) {
  if (succeeds('sh', ['-c', `command -v ${command}`])) return
  throw new SetupError(
    `${command} is missing, the test peers need it: apt-get install ${debian}`,
    EXIT_UNAVAILABLE,
  )
}

function compile() {
  need('cmake', 'cmake')
  need('c++', 'build-essential')
  need('pkg-config', 'pkg-config')
  if (!succeeds('pkg-config', ['--exists', 'srt >= 1.5.0'])) {
    throw new SetupError(
      'The headers of libsrt 1.5 are missing: apt-get install libsrt-openssl-dev',
      EXIT_UNAVAILABLE,
    )
  }
  const launcher = succeeds('ccache', ['--version']) ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : []
  run('cmake', ['-S', SOURCE, '-B', PEERS_BUILD, '-DCMAKE_BUILD_TYPE=RelWithDebInfo', ...launcher])
  run('cmake', ['--build', PEERS_BUILD, '--parallel', String(cpus().length)])
  writeStamp(STAMP, fingerprint([SOURCE]))
}

/** Runs this file again under flock(1), which is gone with the process whatever ends it. */
function compileLocked() {
  mkdirSync(PEERS_BUILD, { recursive: true })
  const env = { ...process.env, [IS_LOCKED]: '1' }
  const self = fileURLToPath(import.meta.url)
  run('flock', [join(PEERS_BUILD, '.lock'), process.execPath, self], { env, shown: true })
}

export function ensurePeers() {
  if (arePeersFresh()) return
  if (process.env[IS_LOCKED] === '1') compile()
  else if (succeeds('sh', ['-c', 'command -v flock'])) compileLocked()
  else compile()
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(ensurePeers)
}
