import { expect, it } from 'vitest'
import { confText } from '../../support/server-conf.ts'

const MADE = { folder: '/tmp/x', ports: { player: 1, publisher: 2, publisherSrtla: 3, http: 4 } }

it('writes ports and folder into the blocks they belong to', () => {
  const text = confText(MADE)
  expect(text).toMatch(/^srt \{\n/)
  expect(text).toContain('\n  http_port 4;\n')
  expect(text).toContain('\n  database_path /tmp/x/streams.db;\n')
  expect(text).toMatch(
    / {2}server \{\n {4}listen_player 1;\n {4}listen_publisher 2;\n {4}listen_publisher_srtla 3;/,
  )
  expect(text).toMatch(/\n {2}\}\n\}\n$/)
})

it('lets the test change, add and take away directives', () => {
  const text = confText({ ...MADE, srt: { log_level: 'debug' }, server: { backlog: null, latency_max: 500 } })
  expect(text).toContain('log_level debug;')
  expect(text).not.toContain('log_level info')
  expect(text).not.toContain('backlog')
  expect(text).toContain('latency_max 500;')
})

it('quotes what is not one plain word', () => {
  const text = confText({ ...MADE, srt: { cors_header: 'a b', log_file: '' } })
  expect(text).toContain('cors_header "a b";')
  expect(text).toContain('log_file "";')
})
