import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Check, Errors } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { openApiDocument } from '../../src/http/openapi/document.ts'
import { isClientErrorCode } from '../../src/http/openapi/error-codes.ts'
import { documentedPath } from '../../src/http/openapi/operation.ts'
import { TAGS } from '../../src/http/openapi/tags.ts'
import { ROUTES } from '../../src/http/routes.ts'
import { tempFolder } from '../fixtures/temp-folder.ts'
import { buildTestServer } from '../support/build.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Operation {
  operationId: string
  tags: string[]
  security?: object[]
  parameters: { name: string; in: string; required: boolean }[]
  requestBody?: { content: Record<string, { schema: object; example?: unknown }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}

interface Document {
  openapi: string
  info: { version: string; description: string }
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
}

const text = JSON.stringify(openApiDocument('2.0.0', ROUTES))
const document: Document = JSON.parse(text)
const named = ROUTES.map(spec => [`${spec.method} ${spec.path}`, spec] as const)

function operationOf(spec: (typeof ROUTES)[number]): Operation {
  const operation = document.paths[documentedPath(spec)]?.[spec.method.toLowerCase()]
  if (operation === undefined) throw new Error(`${spec.method} ${spec.path} is not in the document`)
  return operation
}

/** redocly's own words, and whether it was content. */
function lint(folder: string): Promise<{ isGood: boolean; words: string }> {
  const program = join(ROOT, 'node_modules/@redocly/cli/bin/cli.js')
  const config = join(ROOT, 'test/http/redocly.yaml')
  const args = [program, 'lint', join(folder, 'openapi.json'), '--config', config, '--format', 'stylish']
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  return new Promise(resolve => {
    execFile(process.execPath, args, { env, cwd: folder }, (error, stdout, stderr) => {
      resolve({ isGood: error === null, words: stdout + stderr })
    })
  })
}

describe('the OpenAPI document', () => {
  it('has nothing that redocly finds wrong', { timeout: 120_000 }, async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'openapi.json'), text)
    const { isGood, words } = await lint(folder)
    expect(words).toContain('Your API description is valid')
    expect(isGood).toBe(true)
  })

  it('is looked at by redocly at all', { timeout: 120_000 }, async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'openapi.json'), text.replace('"operationId":"getHealth"', '"operationId":7'))
    expect(text).toContain('"operationId":"getHealth"')
    expect((await lint(folder)).isGood).toBe(false)
  })

  it('is what the server answers', async () => {
    const { app } = buildTestServer()
    expect((await app.inject('/openapi.json')).json()).toEqual(document)
  })

  it('names the version and every error code', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(document.info.version).toBe('2.0.0')
    for (const code of ['API_KEY_INVALID', 'SCOPE_DENIED', 'INTERNAL', 'IMPORT_INVALID']) {
      expect(document.info.description).toMatch(new RegExp(`\\| \`${code}\` \\| \\d{3} \\| .+ \\|`))
    }
  })

  it('has every route, and nothing else', () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.sort()).toEqual(ROUTES.map(spec => `${spec.method} ${documentedPath(spec)}`).sort())
    expect(new Set(ROUTES.map(({ operationId }) => operationId)).size).toBe(ROUTES.length)
  })

  it.each(named)('%s has a described tag, its rights, its parameters and its errors', (_, spec) => {
    const operation = operationOf(spec)
    expect(Object.keys(TAGS)).toContain(spec.tag)
    expect(operation.security).toEqual(spec.access === 'public' ? [] : undefined)
    const inPath = operation.parameters.filter(parameter => parameter.in === 'path')
    expect(inPath.map(({ name }) => name)).toEqual(/[*:]/.test(spec.path) ? [spec.parameter?.name] : [])
    expect((spec.errors ?? []).filter(code => !isClientErrorCode(code))).toEqual([])
    const statuses = Object.keys(operation.responses)
    expect(statuses).toEqual(
      expect.arrayContaining(spec.access === 'public' ? ['500'] : ['401', '403', '500']),
    )
    expect(statuses.includes('429')).toBe(spec.limit !== 'none')
  })

  it.each(named)('%s has examples that its own schemas take', (_, spec) => {
    if (spec.body !== undefined) {
      expect(spec.bodyExample).toBeDefined()
      expect([...Errors(spec.body, spec.bodyExample)]).toEqual([])
    }
    for (const { schema, mediaType, example } of Object.values(spec.answers)) {
      expect(example).toBeDefined()
      const isText = typeof example === 'string' && mediaType !== undefined
      if (schema !== undefined && !isText) expect([...Errors(schema, example)]).toEqual([])
      else expect(mediaType).toBeDefined()
    }
  })

  it('has nothing in it that is only for messages', () => {
    expect(text).not.toContain('x-wanted')
    expect(Check({ type: 'object' }, document)).toBe(true)
  })
})
