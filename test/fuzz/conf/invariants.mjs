// What holds for every input of the configuration's parser. Plain JavaScript, so that a fuzzer needs no compiler.
import assert from 'node:assert/strict'

const SOURCE = 'fuzz.conf'

/** Throws if `parseConfig` throws, has neither a configuration nor a problem, or names a place outside the text. */
export function checkParse(parseConfig, data) {
  const text = Buffer.from(data).toString('utf8')
  const result = parseConfig({ text, source: SOURCE, env: {} })
  const hasConfig = 'config' in result
  if (!hasConfig) assert.ok(result.problems.length > 0, 'neither a configuration nor a problem')
  const { warnings } = hasConfig ? result.config : result
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  for (const found of [...(hasConfig ? [] : result.problems), ...warnings]) checkProblem(found, lines)
  if (hasConfig) checkConfig(result.config)
}

function checkProblem({ file, line, column, what, text }, lines) {
  assert.equal(file, SOURCE)
  assert.ok(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}: ${text}`)
  const width = lines[line - 1].length
  assert.ok(column >= 1 && column <= width + 1, `column ${column} of ${width}: ${text}`)
  assert.ok(what !== '' && text.startsWith(`${SOURCE}:${line}:${column}: ${what}`), text)
  assert.doesNotMatch(text, /[\p{Cc}\p{Cf}]/u)
}

function checkConfig({ srt, servers, source, origins }) {
  assert.equal(source, SOURCE)
  assert.equal(origins.servers.length, servers.length)
  checkApi(srt)
  assert.ok(servers.length > 0, 'a configuration without a server block')
  for (const { listenPlayer, listenPublisher } of servers) {
    for (const port of [listenPlayer, listenPublisher])
      assert.ok(Number.isInteger(port) && port >= 1 && port <= 65_535)
  }
}

function checkApi({ corsOrigins, apiKeys, tlsCert, tlsKey }) {
  assert.ok(corsOrigins.includes('*') ? corsOrigins.length === 1 : corsOrigins.every(isOrigin))
  assert.equal(tlsCert === '', tlsKey === '')
  for (const { key, name, permissions } of apiKeys) {
    assert.match(key, /^[!-~]{16,512}$/)
    assert.ok(name !== '' && ['read', 'write', 'admin'].includes(permissions))
  }
  for (const field of ['key', 'name']) {
    assert.equal(new Set(apiKeys.map(each => each[field])).size, apiKeys.length)
  }
}

const isOrigin = text => /^(null|[a-z][a-z\d+.-]*:\/\/[!-~]+)$/.test(text)
