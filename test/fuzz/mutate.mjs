// The fallback fuzzer for JavaScript targets: `node mutate.mjs MODULE CORPUS CRASHES SECONDS`. Runs the corpus as it
// is, then inputs mutated from it. Without coverage it keeps no new inputs; the corpus has to bring the variety.

import { createHash, randomInt } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

const maxBytes = 4096
const maxHangMs = 10_000
const [modulePath, corpusDir, crashDir, secondsText] = process.argv.slice(2)

// mulberry32: fast, and good enough to choose mutations.
function randomFrom(seed) {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

// Cuts [from, to) out of `data` and puts `piece` there.
const splice = (data, from, to, piece) => Buffer.concat([data.subarray(0, from), piece, data.subarray(to)])

function someSlice(data, random) {
  const from = random(data.length + 1)
  return data.subarray(from, from + random(Math.min(64, data.length - from) + 1))
}

const mutations = [
  (data, random) => {
    const copy = Buffer.from(data)
    if (copy.length > 0) copy[random(copy.length)] ^= 1 << random(8)
    return copy
  },
  (data, random) => {
    const at = random(data.length + 1)
    return splice(data, at, at, Buffer.from([random(256)]))
  },
  (data, random) => {
    const at = random(data.length + 1)
    const signs = ' \t\r\n{};#"\'\\$=,:/-0123456789\0\u00e9\uffff'
    return splice(data, at, at, Buffer.from(signs[random(signs.length)] ?? ''))
  },
  (data, random) => {
    const from = random(data.length + 1)
    return splice(data, from, from + random(16), Buffer.alloc(0))
  },
  (data, random) => {
    const at = random(data.length + 1)
    return splice(data, at, at, someSlice(data, random))
  },
  (data, random, other) => {
    const at = random(data.length + 1)
    return splice(data, at, at, someSlice(other, random))
  },
  (data, random) => data.subarray(0, random(data.length + 1)),
]

function mutate(seeds, random) {
  const pick = () => seeds[random(seeds.length)] ?? Buffer.alloc(0)
  let data = pick()
  for (let rounds = 1 + random(5); rounds > 0; rounds -= 1) {
    data = mutations[random(mutations.length)]?.(data, random, pick()) ?? data
  }
  return data.subarray(0, maxBytes)
}

function keep(data) {
  mkdirSync(crashDir, { recursive: true })
  const file = join(crashDir, `crash-${createHash('sha1').update(data).digest('hex')}`)
  writeFileSync(file, data)
  return file
}

// What the two threads share: inputs done, length of the input at work, the input.
function sharedState(buffer) {
  return { numbers: new Int32Array(buffer, 0, 2), bytes: new Uint8Array(buffer, 8) }
}

async function fuzzForAWhile() {
  const { numbers, bytes } = sharedState(workerData)
  const { fuzz } = await import(pathToFileURL(modulePath).href)
  const runOne = async data => {
    bytes.set(data)
    Atomics.store(numbers, 1, data.length)
    await fuzz(Buffer.from(data))
    Atomics.add(numbers, 0, 1)
  }
  const seeds = readdirSync(corpusDir).map(name => readFileSync(join(corpusDir, name)).subarray(0, maxBytes))
  const seed = randomInt(2 ** 32)
  const random = randomFrom(seed)
  const untilMs = Date.now() + Number(secondsText) * 1000
  for (const data of seeds) await runOne(data)
  while (Date.now() < untilMs) await runOne(mutate(seeds, random))
}

// A second thread fuzzes, so that an input that never returns can still be saved.
function watch() {
  const buffer = new SharedArrayBuffer(8 + maxBytes)
  const { numbers, bytes } = sharedState(buffer)
  const worker = new Worker(new URL(import.meta.url), { workerData: buffer, argv: process.argv.slice(2) })
  const fail = reason => {
    const file = keep(Buffer.from(bytes.slice(0, Atomics.load(numbers, 1))))
    process.stderr.write(`${reason}\nafter ${Atomics.load(numbers, 0)} inputs: ${file}\n`)
    process.exit(1)
  }
  let before = -1
  const timer = setInterval(() => {
    const now = Atomics.load(numbers, 0)
    if (now === before) fail(`no end of one input after ${maxHangMs / 1000} s`)
    before = now
  }, maxHangMs)
  worker.on('error', error => fail(error?.stack ?? String(error)))
  worker.on('exit', code => {
    clearInterval(timer)
    if (code !== 0) fail(`the fuzzing thread ended with code ${code}`)
    process.stdout.write(`ran ${Atomics.load(numbers, 0)} inputs\n`)
  })
}

if (isMainThread) watch()
else await fuzzForAWhile()
