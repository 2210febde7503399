import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { AppError } from '../../../src/lib/errors.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sls-config-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

async function failure(file: string, env = {}): Promise<AppError> {
  const outcome = await loadConfig({ file, env }).catch((error: unknown) => error)
  if (outcome instanceof AppError) return outcome
  throw new Error('it was accepted')
}

const GOOD = 'srt { http_port 8181; server { listen_player 1; listen_publisher 2; } }'

describe('loadConfig', () => {
  it('reads the file it is told', async () => {
    const file = write('mine.conf', GOOD)
    const config = await loadConfig({ file, env: { SLS_LOG_LEVEL: 'error' } })
    expect(config).toMatchObject({ source: file, srt: { httpPort: 8181, logLevel: 'error' } })
  })

  it('reads sls.conf of the folder if it is told no file', async () => {
    const file = write('sls.conf', GOOD)
    expect(await loadConfig({ folder, env: {} })).toMatchObject({ source: file, srt: { httpPort: 8181 } })
  })

  it('has defaults that work where there is no file', async () => {
    const config = await loadConfig({ folder, env: { SLS_HTTP_PORT: '9000' } })
    expect(config.source).toBe('<built-in defaults>')
    expect(config.warnings).toEqual([])
    expect(config.srt).toMatchObject({ databasePath: './data/streams.db', httpPort: 9000 })
    expect(config.servers).toHaveLength(1)
    expect(config.servers[0]).toMatchObject({
      listenPlayer: 4000,
      listenPublisher: 4001,
      listenPublisherSrtla: 4002,
    })
  })

  it('throws every problem, one a line', async () => {
    const file = write('bad.conf', 'srt {\n  http_port 0;\n  server { listen_player x; }\n}')
    const { code, message } = await failure(file, { SLS_BACKLOG: '0' })
    expect(code).toBe('CONFIG_INVALID')
    expect(message.split('\n')).toEqual([
      `${file}:2:13: http_port must be 1 to 65535, not "0"`,
      `${file}:3:3: this server block has no listen_publisher (it is required: listen_publisher 4001;)`,
      `${file}:3:26: listen_player must be a whole number, 1 to 65535, not "x"`,
      'environment SLS_BACKLOG: backlog must be 1 to 1024, not "0"',
    ])
  })

  it('names problems by directive where the API has set it, else by place', async () => {
    const file = write(
      'mine.conf',
      'srt {\n  http_port 0;\n  server { listen_player 1; listen_publisher 2; }\n}',
    )
    const overrides = new Map([
      ['rate_limit_api', '0'],
      ['log_level', 'debug'],
    ])
    const env = { SLS_BACKLOG: '0' }
    const outcome = await loadConfig({ file, env, overrides }).catch((error: unknown) => error)
    expect(outcome).toMatchObject({
      code: 'CONFIG_INVALID',
      problems: [
        { where: `${file}:2:13`, what: 'http_port must be 1 to 65535, not "0"' },
        { where: 'environment SLS_BACKLOG', what: 'backlog must be 1 to 1024, not "0"' },
        { where: 'rate_limit_api', what: 'rate_limit_api must be 1 to 1000 per minute, not "0"' },
      ],
    })
  })

  it('lets overrides win over environment and file', async () => {
    const file = write('mine.conf', GOOD.replace('http_port 8181;', 'log_level error;'))
    const overrides = new Map([['log_level', 'debug']])
    const { srt, input } = await loadConfig({ file, env: { SLS_LOG_LEVEL: 'fatal' }, overrides })
    expect(srt.logLevel).toBe('debug')
    expect(input).toMatchObject({ source: file, overrides })
  })

  it('says that a file does not exist', async () => {
    const file = join(folder, 'none.conf')
    const { code, message } = await failure(file)
    expect(code).toBe('CONFIG_INVALID')
    expect(message).toBe(`${file}: the configuration file does not exist`)
  })

  it('never takes the defaults for a file that is there and cannot be read', async () => {
    const { message } = await failure(folder)
    expect(message).toBe(`${folder}: the configuration file is a folder`)
    // A file where a folder is expected: an error of reading that has no sentence of its own.
    const file = join(write('sls.conf', GOOD), 'sls.conf')
    expect((await failure(file)).message).toContain(`${file}: the configuration file cannot be read: ENOTDIR`)
    await expect(loadConfig({ folder: join(folder, 'sls.conf'), env: {} })).rejects.toThrow('ENOTDIR')
  })

  it.each([
    ['a database', new TextEncoder().encode('SQLite format 3\0'), 'binary data'],
    ['a large file', 'x'.repeat(256 * 1024 + 1), '262145 bytes of data'],
  ])('refuses %s given by mistake', async (_, content, what) => {
    const file = write('wrong', content)
    expect((await failure(file)).message).toBe(`${file}: this is not a configuration file, but ${what}`)
  })

  it('says where a file is not UTF-8', async () => {
    const file = write('latin1.conf', Buffer.from('srt { log_file /caf\xe9; }', 'latin1'))
    expect((await failure(file)).message).toContain(`${file}:1:20: bytes that are not UTF-8`)
  })
})
