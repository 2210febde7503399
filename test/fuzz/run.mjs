#!/usr/bin/env node
// Runs the fuzz targets, each for a while: `node test/fuzz/run.mjs [--seconds 20] [target…]`,
// or builds them only: `--build`.
// Native targets are libFuzzer programs (test/fuzz/native); a folder here with a module that exports
// `fuzz(data: Buffer)` is a JavaScript target, run by mutate.mjs: libFuzzer for Node.js needs a newer C library than
// the oldest system this program is for.
// Exit codes: 0 all passed, 1 one failed, 64 wrong arguments, 69 something is missing.
import { spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { delimiter, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(dirname(here))
const nativeDir = join(root, 'native')
const buildDir = join(nativeDir, 'build-fuzz')
// Time to load, and to shrink what was found, beside the time for fuzzing.
const graceSeconds = 60

class Stop extends Error {
  constructor(exitCode, message) {
    super(message)
    this.exitCode = exitCode
  }
}

const say = text => process.stdout.write(`${text}\n`)

function findProgram(names) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.find(name => folders.some(folder => existsSync(join(folder, name))))
}

function nativeTargets() {
  return readdirSync(join(here, 'native'))
    .filter(name => /^fuzz_.+\.cc$/.test(name))
    .map(name => name.slice('fuzz_'.length, -'.cc'.length))
}

// Folder name → module that exports fuzz().
function scriptTargets() {
  const found = new Map()
  for (const folder of readdirSync(here, { withFileTypes: true })) {
    if (!folder.isDirectory() || folder.name === 'native') continue
    const entry = readdirSync(join(here, folder.name))
      .filter(name => /\.(ts|mjs|js)$/.test(name))
      .map(name => join(here, folder.name, name))
      .find(file => /^export (async )?(function|const) fuzz\b/m.test(readFileSync(file, 'utf8')))
    if (entry !== undefined) found.set(folder.name, entry)
  }
  return found
}

function runQuietly(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (error !== undefined) throw new Stop(69, `cannot run ${command}: ${error.message}`)
  if (status !== 0) throw new Stop(1, `${command} ${args.join(' ')} failed:\n${stdout}${stderr}`)
}

// Ninja knows what is stale, so asking it costs nothing when nothing is.
function buildNative() {
  const versions = [19, 18, 17, 16, 15, 14]
  const compiler = findProgram(['clang++', ...versions.map(version => `clang++-${version}`)])
  if (compiler === undefined) {
    throw new Stop(
      69,
      'clang is missing. On Debian: apt-get install clang-14 libclang-rt-14-dev cmake ninja-build',
    )
  }
  if (findProgram(['cmake']) === undefined || findProgram(['ninja']) === undefined) {
    throw new Stop(69, 'cmake or ninja is missing. On Debian: apt-get install cmake ninja-build')
  }
  if (!existsSync(join(buildDir, 'build.ninja'))) {
    runQuietly('cmake', ['--preset', 'fuzz', `-DCMAKE_CXX_COMPILER=${compiler}`], nativeDir)
  }
  runQuietly('cmake', ['--build', '--preset', 'fuzz'], nativeDir)
}

// TypeScript → dist/fuzz, where the imports of packages still find node_modules.
function compileScript(name, entry) {
  if (!entry.endsWith('.ts')) return entry
  const outDir = join(root, 'dist', 'fuzz', name)
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  const project = join(outDir, 'tsconfig.json')
  const compilerOptions = { rootDir: root, outDir, noEmit: false, sourceMap: true }
  writeFileSync(
    project,
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [entry] }),
  )
  runQuietly(join(root, 'node_modules', '.bin', 'tsc'), ['-p', project], root)
  return join(outDir, relative(root, entry).replace(/\.ts$/, '.js'))
}

// Resolves to { ok, output }; `ok` is false for a crash, a wrong exit and a hang.
function runFor(seconds, command, args) {
  return new Promise(resolve => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const collect = chunk => {
      output = (output + chunk).slice(-200_000)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    const timer = setTimeout(
      () => {
        output += `\nstill running ${graceSeconds} s after its time: killed\n`
        child.kill('SIGKILL')
      },
      (seconds + graceSeconds) * 1000,
    )
    child.on('error', error => {
      clearTimeout(timer)
      resolve({ ok: false, output: error.message })
    })
    child.on('close', code => {
      clearTimeout(timer)
      resolve({ ok: code === 0, output })
    })
  })
}

const libFuzzerArgs = (seconds, crashDir) => [
  `-max_total_time=${seconds}`,
  '-timeout=10',
  '-rss_limit_mb=2048',
  `-artifact_prefix=${crashDir}/`,
]

async function runTarget(target, seconds) {
  const workDir = mkdtempSync(join(tmpdir(), `sls-fuzz-${target.name}-`))
  const corpus = join(workDir, 'corpus')
  const crashDir = join(workDir, 'crashes')
  mkdirSync(corpus)
  mkdirSync(crashDir)
  // A copy, because libFuzzer writes what it finds into its corpus.
  if (existsSync(target.corpus)) cpSync(target.corpus, corpus, { recursive: true })
  const { engine, command, args } = target.prepare(seconds, corpus, crashDir)
  const { ok, output } = await runFor(seconds, command, args)
  const runs = /(?:Done|ran) (\d+) (?:runs|inputs)/.exec(output)?.[1]
  // A fuzzer that ran nothing has proved nothing.
  if (ok && runs !== undefined && Number(runs) > 0) {
    rmSync(workDir, { recursive: true, force: true })
    say(`pass  ${target.name}  ${runs} inputs in ${seconds} s (${engine})`)
    return true
  }
  rmSync(corpus, { recursive: true, force: true })
  writeFileSync(join(workDir, 'output.txt'), output)
  say(`FAIL  ${target.name}  (${engine})  inputs: ${crashDir}  output: ${join(workDir, 'output.txt')}`)
  say(output.split('\n').slice(-40).join('\n'))
  return false
}

function nativeTarget(name) {
  return {
    name,
    corpus: join(here, 'native', 'corpus', name),
    prepare: (seconds, corpus, crashDir) => ({
      engine: 'libFuzzer',
      command: join(buildDir, 'fuzz', `fuzz_${name}`),
      args: [...libFuzzerArgs(seconds, crashDir), '-print_final_stats=1', '-verbosity=1', corpus],
    }),
  }
}

function scriptTarget(name, entry) {
  return {
    name,
    corpus: join(here, name, 'corpus'),
    prepare: (seconds, corpus, crashDir) => {
      const module = compileScript(name, entry)
      const args = [join(here, 'mutate.mjs'), module, corpus, crashDir, String(seconds)]
      return { engine: 'own mutation loop, no coverage', command: process.execPath, args }
    },
  }
}

function chooseTargets(wanted) {
  const scripts = scriptTargets()
  const native = nativeTargets()
  const all = [...native, ...scripts.keys()]
  const unknown = wanted.filter(name => !all.includes(name))
  if (unknown.length > 0)
    throw new Stop(64, `no target '${unknown.join("', '")}'; there are: ${all.join(', ')}`)
  const chosen = wanted.length > 0 ? wanted : all
  if (chosen.some(name => native.includes(name))) buildNative()
  return chosen.map(name => {
    const entry = scripts.get(name)
    return entry === undefined ? nativeTarget(name) : scriptTarget(name, entry)
  })
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: { seconds: { type: 'string', default: '20' }, build: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const seconds = Number(values.seconds)
    if (!Number.isInteger(seconds) || seconds < 1)
      throw new Error('--seconds: expected a whole number from 1')
    return { seconds, wanted: positionals, isBuildOnly: values.build }
  } catch (error) {
    throw new Stop(64, `${error.message}\nusage: node test/fuzz/run.mjs [--seconds 20] [--build] [target…]`)
  }
}

async function main() {
  const { seconds, wanted, isBuildOnly } = readArguments()
  if (isBuildOnly) {
    buildNative()
    return 0
  }
  let passed = 0
  let failed = 0
  const waiting = [...chooseTargets(wanted)]
  // Each keeps one core busy.
  const lanes = cpus().map(async () => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      if (await runTarget(target, seconds)) passed += 1
      else failed += 1
    }
  })
  await Promise.all(lanes)
  say(`${passed} passed, ${failed} failed`)
  return failed > 0 ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof Stop)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exitCode
}
