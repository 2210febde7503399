import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SRC = join(ROOT, 'src')

/** The drawing in src/README.md, left to right; a layer may import from itself and from those after it. */
const LAYERS = [
  ['cli'],
  ['app'],
  ['http'],
  ['access', 'streams', 'events', 'webhooks', 'analytics', 'alerts'],
  ['engine', 'store', 'config'],
  ['lib'],
]

/** Packages that only some folders or files may name. */
const OWNERS: Record<string, readonly string[]> = {
  fastify: ['http'],
  'fastify-plugin': ['http'],
  '@fastify/rate-limit': ['http'],
  '@fastify/type-provider-typebox': ['http'],
  '@fastify/swagger': ['http'],
  '@fastify/swagger-ui': ['http'],
  typebox: ['http'],
  'csv-parse/sync': ['http'],
  'csv-stringify/sync': ['http'],
  jose: ['access'],
  'prom-client': ['streams'],
  kysely: ['store'],
  'better-sqlite3': ['store'],
  pino: ['lib/logger.ts'],
  'pino-pretty': ['lib/logger.ts'],
  commander: ['cli'],
  'better-sqlite3-node-api': ['store'],
  'node:module': ['engine/native.ts', 'store/driver.ts'],
}

interface Import {
  from: string
  specifier: string
  isTypeOnly: boolean
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    return /\.tsx?$/.test(entry.name) ? [path] : []
  })
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm
const DYNAMIC = /\bimport\(\s*'([^']+)'\s*\)/g

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const fixed = [...text.matchAll(IMPORT)].map(m => ({
    from: file,
    specifier: m[2] ?? '',
    isTypeOnly: m[1] !== undefined || /^(?:import|export)\s+\{(?:\s*type\s+\w+\s*,?)+\s*\}/.test(m[0]),
  }))
  const dynamic = [...text.matchAll(DYNAMIC)].map(m => ({
    from: file,
    specifier: m[1] ?? '',
    isTypeOnly: false,
  }))
  return [...fixed, ...dynamic]
}

const PAGE = join(SRC, 'page')
const all = filesBelow(SRC)
// A program of its own, for browsers.
const pageFiles = all.filter(file => file.startsWith(PAGE + sep))
const files = all.filter(file => !file.startsWith(PAGE + sep))
const imports = files.flatMap(importsOf)
const show = (path: string) => relative(ROOT, path).split(sep).join('/')
const folderOf = (path: string) => relative(SRC, path).split(sep)[0] ?? ''
const rankOf = (folder: string) => LAYERS.findIndex(layer => layer.includes(folder))

function isForbidden({ from, specifier, isTypeOnly }: Import): boolean {
  const target = resolve(dirname(from), specifier)
  if (!target.startsWith(SRC)) return folderOf(from) !== 'store'
  const [own, other] = [folderOf(from), folderOf(target)]
  if (own === other) return false
  const [ownRank, otherRank] = [rankOf(own), rankOf(other)]
  if (ownRank < 0 || otherRank < 0) return true
  return ownRank === otherRank ? !isTypeOnly : otherRank < ownRank
}

describe('architecture', () => {
  it('sees the sources', () => {
    expect(files.length).toBeGreaterThan(40)
    expect(imports.length).toBeGreaterThan(100)
  })

  it('knows the layer of every folder', () => {
    const folders = new Set(files.map(folderOf))
    expect([...folders].filter(folder => rankOf(folder) < 0)).toEqual([])
  })

  it('has no import against the layers', () => {
    const edges = imports.filter(i => i.specifier.startsWith('.')).filter(isForbidden)
    expect(edges.map(edge => `${show(edge.from)} -> ${edge.specifier}`)).toEqual([])
  })

  it('keeps packages to their owners', () => {
    const strays = imports.filter(({ from, specifier }) => {
      const owners = OWNERS[specifier]
      const path = relative(SRC, from).split(sep).join('/')
      return owners !== undefined && !owners.some(owner => path === owner || path.startsWith(`${owner}/`))
    })
    expect(strays.map(({ from, specifier }) => `${show(from)} -> ${specifier}`)).toEqual([])
  })

  it('finds a forbidden edge when there is one', () => {
    const edge = (from: string, specifier: string, isTypeOnly = false) =>
      isForbidden({ from: join(SRC, from), specifier, isTypeOnly })
    expect(edge('lib/x.ts', '../http/server.ts')).toBe(true)
    expect(edge('store/x.ts', '../engine/engine.ts')).toBe(true)
    expect(edge('store/x.ts', '../engine/contract.ts', true)).toBe(false)
    expect(edge('http/x.ts', '../access/api-keys.ts')).toBe(false)
  })

  it('keeps the page and the server apart', () => {
    const strays = pageFiles.flatMap(importsOf).filter(({ from, specifier }) => {
      if (!specifier.startsWith('.')) return OWNERS[specifier] !== undefined || specifier.startsWith('node:')
      return !resolve(dirname(from), specifier).startsWith(PAGE + sep)
    })
    const visitors = imports.filter(({ from, specifier }) =>
      resolve(dirname(from), specifier).startsWith(PAGE + sep),
    )
    expect(pageFiles.length).toBeGreaterThan(40)
    expect([...strays, ...visitors].map(({ from, specifier }) => `${show(from)} -> ${specifier}`)).toEqual([])
  })

  it('keeps files small', () => {
    const named = (folder: string, isOne: RegExp) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter(name => isOne.test(name) && !/(?:^|\/)(?:node_modules|build)\//.test(name))
        .map(name => join(ROOT, folder, name))
    const lines = (file: string) => readFileSync(file, 'utf8').split('\n').length - 1
    const native = named('native/src', /\.(?:cc|h)$/)
    const tests = named('test', /\.(?:ts|mjs|cjs|cc|cpp|h)$/)
    expect([native.length > 150, tests.length > 300]).toEqual([true, true])
    const large = [...all, ...native, ...tests].filter(file => lines(file) > 400)
    expect(large.map(show)).toEqual([])
  })
})
