// The system's part: compiler, headers and, for the tests, the programs that play the clients.
import { existsSync } from 'node:fs'
import { EXIT_UNAVAILABLE, run, SetupError, succeeds } from './run.mjs'

const hasProgram = name => () => succeeds('sh', ['-c', `command -v ${name}`])
const hasLibrary = name => () => succeeds('pkg-config', ['--exists', name])

/** What is needed, how its presence is seen, and the Debian packages that bring it. */
const TO_RUN = [
  {
    what: 'a C++ compiler and make',
    isThere: () => hasProgram('c++')() && hasProgram('make')(),
    debian: ['build-essential'],
  },
  { what: 'python3', isThere: hasProgram('python3'), debian: ['python3'] },
  { what: 'cmake', isThere: hasProgram('cmake'), debian: ['cmake'] },
  { what: 'pkg-config', isThere: hasProgram('pkg-config'), debian: ['pkg-config'] },
  {
    what: 'libsrt 1.5 and OpenSSL, headers and static libraries',
    isThere: () => hasLibrary('srt >= 1.5.0')() && hasLibrary('libcrypto')(),
    debian: ['libsrt-openssl-dev', 'libssl-dev'],
  },
]

const TO_TEST = [
  { what: 'ffmpeg', isThere: () => hasProgram('ffmpeg')() && hasProgram('ffprobe')(), debian: ['ffmpeg'] },
  { what: 'srt-live-transmit', isThere: hasProgram('srt-live-transmit'), debian: ['srt-tools'] },
  {
    what: 'GStreamer with its SRT plugin',
    isThere: () => hasProgram('gst-launch-1.0')() && succeeds('gst-inspect-1.0', ['--exists', 'srtsink']),
    debian: ['gstreamer1.0-tools', 'gstreamer1.0-plugins-bad'],
  },
  { what: 'sqlite3', isThere: hasProgram('sqlite3'), debian: ['sqlite3'] },
  { what: 'openssl', isThere: hasProgram('openssl'), debian: ['openssl'] },
  { what: 'Chromium', isThere: hasProgram('chromium'), debian: ['chromium'] },
  { what: 'promtool', isThere: hasProgram('promtool'), debian: ['prometheus'] },
  {
    what: 'doctest',
    isThere: () =>
      existsSync('/usr/include/doctest/doctest.h') || existsSync('/usr/local/include/doctest/doctest.h'),
    debian: ['doctest-dev'],
  },
  {
    what: 'clang with libFuzzer',
    isThere: () =>
      hasProgram('clang++-14')() &&
      succeeds('sh', [
        '-c',
        'ls /usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-x86_64.a || ls /usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a',
      ]),
    debian: ['clang-14', 'libclang-rt-14-dev'],
  },
]

const missingOf = needs => needs.filter(need => !need.isThere())

/**
 * Sees to it that everything is installed: as root on Debian with apt-get, elsewhere by naming the command.
 * @param {{ forTests?: boolean }} options
 */
export function ensureSystem({ forTests = false } = {}) {
  const needs = forTests ? [...TO_RUN, ...TO_TEST] : TO_RUN
  const missing = missingOf(needs)
  if (missing.length === 0) return
  const packages = missing.flatMap(need => need.debian)
  const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  const named = missing.map(need => need.what).join('; ')
  if (!hasProgram('apt-get')() || process.getuid?.() !== 0) {
    const macOs = process.platform === 'darwin' ? '\n  brew install srt openssl@3 pkgconf cmake' : ''
    throw new SetupError(
      `Missing: ${named}.\nInstall it with\n  sudo sh -c 'apt-get update && ${install}'${macOs}\nthen run the same command again.`,
      EXIT_UNAVAILABLE,
    )
  }
  console.error(`Installing ${packages.join(' ')} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['update', '-qq'], { env })
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env })
  const still = missingOf(needs)
  if (still.length > 0) {
    const list = still.map(need => need.what).join('; ')
    throw new SetupError(`Still missing after apt-get install: ${list}`, EXIT_UNAVAILABLE)
  }
}
