// `npm test`: brings the checkout up to date, then runs every check. The last line is `N passed, N failed`.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensurePeers } from '../../test/peers/build.mjs'
import { checkNode, ensureAddon, ensurePackages, ensurePage, ensureTypeScript, ROOT } from './build.mjs'
import { main } from './run.mjs'
import { ensureSystem } from './system.mjs'

const FUZZ_SECONDS = process.env.SLS_TEST_FUZZ_SECONDS ?? '6'
const jobs = String(cpus().length)
const native = join(ROOT, 'native')
const total = { passed: 0, failed: 0, skipped: 0 }

function count({ passed, failed, skipped = 0 }) {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}

/** Output goes to the terminal and is kept, because some counts are only in it. */
function shown(program, args) {
  const result = spawnSync(program, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  process.stdout.write(result.stdout ?? '')
  return { isOk: result.status === 0, output: result.stdout ?? '' }
}

function title(text) {
  console.log(`\n== ${text}`)
}

/** One check that passes or fails as a whole. */
function check(name, program, args) {
  title(name)
  const { isOk } = shown(program, args)
  console.log(`${isOk ? 'ok' : 'FAILED'}: ${name}`)
  count({ passed: isOk ? 1 : 0, failed: isOk ? 0 : 1 })
}

/** Builds one of the presets of native/CMakePresets.json; a failure is shown and counted. */
function isBuilt(preset) {
  const steps = [
    ['cmake', ['--preset', preset]],
    ['cmake', ['--build', '--preset', preset, '--parallel', jobs]],
  ]
  for (const [program, args] of steps) {
    const result = spawnSync(program, args, { cwd: native, encoding: 'utf8' })
    if (result.status === 0) continue
    console.log(`${result.stdout}${result.stderr}\nFAILED: ${program} ${args.join(' ')}`)
    count({ passed: 0, failed: 1 })
    return false
  }
  return true
}

/** The C++ core's unit tests in one preset. */
function ctest(preset) {
  title(`C++ unit tests, ${preset}`)
  if (!isBuilt(preset)) return
  const { isOk, output } = shown('ctest', [
    '--test-dir',
    join(native, `build-test-${preset}`),
    '--output-on-failure',
    '-j',
    jobs,
  ])
  const summary = /(\d+) tests? failed out of (\d+)/.exec(output)
  if (summary === null) return count({ passed: 0, failed: 1 })
  const failed = Math.max(Number(summary[1]), isOk ? 0 : 1)
  count({ passed: Number(summary[2]) - Number(summary[1]), failed })
}

/** Begins beside what waits more than it computes. Resolves, when it has ended, to what shows and counts it. */
async function fuzzed() {
  const folder = mkdtempSync(join(tmpdir(), 'sls-fuzz-'))
  const [file, out] = [join(folder, 'output'), openSync(join(folder, 'output'), 'w')]
  // A file, because nobody reads a pipe meanwhile.
  const args = ['-n', '19', process.execPath, 'test/fuzz/run.mjs', '--seconds', FUZZ_SECONDS]
  const [code] = await once(spawn('nice', args, { cwd: ROOT, stdio: ['ignore', out, out] }), 'exit')
  closeSync(out)
  const output = readFileSync(file, 'utf8')
  rmSync(folder, { recursive: true, force: true })
  return () => showFuzzed(output, code === 0)
}

function showFuzzed(output, isOk) {
  title(`fuzz targets, ${FUZZ_SECONDS} s each`)
  process.stdout.write(output)
  const summary = /^(\d+) passed, (\d+) failed/m.exec(output)
  if (summary === null) return count({ passed: 0, failed: 1 })
  count({ passed: Number(summary[1]), failed: Math.max(Number(summary[2]), isOk ? 0 : 1) })
}

/** Counts the tests of a run; with no `files` all there are. */
function vitest(name, files = [], env = {}) {
  title(name)
  const folder = mkdtempSync(join(tmpdir(), 'sls-test-'))
  const file = join(folder, 'result.json')
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...files,
  ]
  const { status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  try {
    const result = JSON.parse(readFileSync(file, 'utf8'))
    // A file that does not even load has no tests, and must count.
    const failed = Math.max(result.numFailedTests, result.numFailedTestSuites > 0 || status !== 0 ? 1 : 0)
    count({ passed: result.numPassedTests, failed, skipped: result.numPendingTests })
  } catch (error) {
    console.log(`FAILED: no result of vitest (${error.message})`)
    count({ passed: 0, failed: 1 })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const runtimeOf = library => execFileSync('gcc', [`-print-file-name=${library}`], { encoding: 'utf8' }).trim()

/** The addon itself, libsrt's threads and all, with real peers under AddressSanitizer. */
function sanitizedAddon() {
  const name = 'contract and crowd tests on the addon under ASan and UBSan'
  if (!isBuilt('asan')) return
  const projects = ['--project', 'e2e', '--project', 'network']
  vitest(name, [...projects, 'test/engine/contract', 'test/engine/crowd', 'test/engine/slow-player'], {
    LD_PRELOAD: `${runtimeOf('libasan.so')}:${runtimeOf('libubsan.so')}`,
    // Node never frees what it needs until its end.
    ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1',
    UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
    SLS_TEST_ADDON_ROOT: join(ROOT, 'native/build-test-asan/root'),
  })
}

await main(() => {
  checkNode()
  ensureSystem({ forTests: true })
  ensurePackages()
  ensureAddon()
  ensureTypeScript()
  ensurePage()
  ensurePeers()
})

// With the least priority, while the tests below wait more than they compute.
const building = spawn('nice', ['-n', '19', process.execPath, join(ROOT, 'src/setup/build-checks.mjs')], {
  stdio: 'ignore',
})
const built = once(building, 'exit')

check('types', process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'test/tsconfig.json'])
check('types of the page', process.execPath, [
  'node_modules/typescript/bin/tsc',
  '-p',
  'src/page/tsconfig.json',
])
check('format and lint', process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'ci', '.'])
vitest('TypeScript unit, contract and end-to-end tests')
// What it could not build is tried again, and then told.
await built
ctest('asan')
ctest('tsan')
const fuzzing = fuzzed()
sanitizedAddon()
const show = await fuzzing
show()

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`)
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0)
