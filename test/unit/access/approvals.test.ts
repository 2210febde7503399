import { describe, expect, it, vi } from 'vitest'
import { Approvals } from '../../../src/access/approvals.ts'
import type { Hook } from '../../../src/access/webhook.ts'
import type { ConnectionIdentity, EngineEvent, Role } from '../../../src/engine/contract.ts'
import { AppError } from '../../../src/lib/errors.ts'
import { deadUrl, type HookServer, hookServer } from '../../fixtures/hook-server.ts'
import { memoryLog } from '../../fixtures/memory-log.ts'
import { until } from '../../support/wait.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const DEADLINE_MS = 20_000
const soon = (what: string, isTrue: () => boolean) =>
  until(isTrue, { deadlineMs: DEADLINE_MS, what, everyMs: 5 })

function identity(
  connectionId: number,
  role: Role = 'publish',
  streamId = 'secret_live',
): ConnectionIdentity {
  const token = { tokenId: '', tokenMaxUses: 0, tokenExpiresAtS: 0 }
  const link = { latencyMs: 120, srtVersion: '1.5.1', encrypted: false, keyLengthBytes: 0 }
  const common = { ...link, ...token, streamKey: 'secret_live' }
  const listener = role === 'publish' ? 'publish:4001' : 'play:4000'
  return { connectionId, role, streamId, listener, peer: `192.0.2.1:${connectionId}`, ...common }
}

const base = { seq: 1, atMs: 0 }
const wanted = (...args: Parameters<typeof identity>): EngineEvent => ({
  ...base,
  type: 'approval-wanted',
  ...identity(...args),
})
const left = (connectionId: number): EngineEvent => ({
  ...base,
  type: 'disconnected',
  connectionId,
  reason: 'peer',
  durationMs: 1,
  bytes: 1,
})

function setUp(hookOf: (listener: string) => Hook | undefined) {
  const verdicts: [number, string][] = []
  const present = { isKnown: true, isStopped: false }
  const clock = { atMs: 0, nowMs: () => 0, monotonicMs: () => clock.atMs }
  const connections: { connectionId: number }[] = []
  const output = memoryLog()
  const engine = {
    decide(connectionId: number, verdict: 'admit' | 'refuse') {
      if (present.isStopped) throw new AppError('ENGINE_STOPPED', 'stopped')
      verdicts.push([connectionId, verdict])
      return present.isKnown
    },
  }
  const approvals = new Approvals({
    engine,
    hookOf,
    connections: () => connections,
    clock,
    log: output.log,
    settleMs: 1,
  })
  return { approvals, verdicts, present, clock, connections, output }
}

const hookTo = (url: string) => () => ({ url, timeoutMs: DEADLINE_MS })
const eventsOf = ({ requests }: HookServer) =>
  requests.map(request => {
    const query = new URL(request.url, 'http://h').searchParams
    return `${query.get('on_event')} ${query.get('remote_port')}`
  })

describe('approvals', () => {
  it('admit whom the hook admits, and tell it of the end once', async () => {
    const server = await hookServer(response => response.end())
    const { approvals, verdicts, output } = setUp(hookTo(server.url))
    approvals.onEvents([wanted(1), wanted(2, 'play', 'play_1')])
    await soon('both verdicts', () => verdicts.length === 2)
    expect(verdicts.map(([, verdict]) => verdict)).toEqual(['admit', 'admit'])
    approvals.onEvents([left(1), left(1), left(99)])
    expect(await approvals.idle(DEADLINE_MS)).toBe(0)
    expect(eventsOf(server).sort()).toEqual(['on_close 1', 'on_connect 1', 'on_connect 2'])
    expect(approvals.counts).toEqual({
      admitted: 2,
      refused: 0,
      notified: 1,
      notifyFailed: 0,
      notifyDropped: 0,
    })
    expect(output.lines).toEqual([])
  })

  it('refuse whom the hook refuses, say why without secrets, and do not tell it of the end', async () => {
    const server = await hookServer(response => response.writeHead(403).end())
    const url = `${server.url.replace('//', '//admin:hunter2@')}/hook?token=t0ken`
    const { approvals, verdicts, output } = setUp(hookTo(url))
    approvals.onEvents([wanted(1), wanted(2, 'play', 'play_1')])
    await soon('the verdicts', () => verdicts.length === 2)
    approvals.onEvents([left(1), left(2)])
    expect(await approvals.idle(DEADLINE_MS)).toBe(0)
    expect(verdicts.map(([, verdict]) => verdict)).toEqual(['refuse', 'refuse'])
    expect(eventsOf(server).sort()).toEqual(['on_connect 1', 'on_connect 2'])
    expect(output.lines).toHaveLength(2)
    const text = output.text()
    expect(text).toContain('refused: on_event_url answered 403')
    expect(text).toContain('"streamId":"secr…"')
    expect(text).toContain('"streamId":"play_1"')
    for (const secret of ['hunter2', 't0ken', 'secret_live']) expect(text).not.toContain(secret)
  })

  it('refuse when there is nobody to ask', async () => {
    const url = await deadUrl()
    const { approvals, verdicts, output } = setUp(listener =>
      listener === 'play:4000' ? undefined : hookTo(url)(),
    )
    approvals.onEvents([wanted(1), wanted(2, 'play')])
    await soon('the verdicts', () => verdicts.length === 2)
    expect(Object.fromEntries(verdicts)).toEqual({ 1: 'refuse', 2: 'refuse' })
    expect(output.text()).toContain('ECONNREFUSED')
    expect(output.text()).toContain('its listener has no on_event_url any more')
    expect(approvals.counts.refused).toBe(2)
  })

  it('tell the hook of an end that came while it was thinking', async () => {
    const waiting: (() => void)[] = []
    const server = await hookServer((response, request) => {
      if (request.url?.includes('on_connect')) waiting.push(() => response.end())
      else response.end()
    })
    const { approvals, verdicts } = setUp(hookTo(server.url))
    approvals.onEvents([wanted(1)])
    await soon('the question', () => waiting.length === 1)
    approvals.onEvents([left(1)])
    for (const answer of waiting) answer()
    await soon('the notice', () => approvals.counts.notified === 1)
    expect(eventsOf(server)).toEqual(['on_connect 1', 'on_close 1'])
    expect(verdicts).toEqual([])
  })

  it.each(['isKnown', 'isStopped'] as const)(
    'tell the hook of an end that the engine knew first (%s)',
    async field => {
      const server = await hookServer(response => response.end())
      const { approvals, present } = setUp(hookTo(server.url))
      present[field] = field === 'isStopped'
      approvals.onEvents([wanted(1)])
      await soon('the notice', () => approvals.counts.notified === 1)
      approvals.onEvents([left(1)])
      expect(await approvals.idle(DEADLINE_MS)).toBe(0)
      expect(eventsOf(server)).toEqual(['on_connect 1', 'on_close 1'])
    },
  )

  it('tell the hook of ends whose events were lost', async () => {
    const server = await hookServer(response => response.end())
    const { approvals, verdicts, connections } = setUp(hookTo(server.url))
    approvals.onEvents([wanted(1), wanted(2)])
    await soon('the verdicts', () => verdicts.length === 2)
    connections.push({ connectionId: 2 })
    approvals.onEvents([{ ...base, type: 'resync' }])
    await soon('the notice', () => approvals.counts.notified === 1)
    approvals.onEvents([left(1), left(2)])
    await soon('the other notice', () => approvals.counts.notified === 2)
    expect(eventsOf(server).filter(event => event.startsWith('on_close'))).toEqual([
      'on_close 1',
      'on_close 2',
    ])
  })

  it('use the URL of the moment for a notice', async () => {
    const before = await hookServer(response => response.end())
    const after = await hookServer(response => response.end())
    let url = before.url
    const { approvals, verdicts } = setUp(() => hookTo(url)())
    approvals.onEvents([wanted(1)])
    await soon('the verdict', () => verdicts.length === 1)
    url = after.url
    approvals.onEvents([left(1)])
    await soon('the notice', () => approvals.counts.notified === 1)
    expect([eventsOf(before), eventsOf(after)]).toEqual([['on_connect 1'], ['on_close 1']])
  })

  it('count a notice that fails and wait no longer than asked for one that hangs', async () => {
    const server = await hookServer((response, request) => {
      if (request.url?.includes('remote_port=2&') || request.url?.endsWith('remote_port=2')) {
        if (request.url.includes('on_close')) return
      }
      response.writeHead(request.url?.includes('on_close') ? 500 : 200).end()
    })
    const { approvals, verdicts, output } = setUp(hookTo(server.url))
    approvals.onEvents([wanted(1), wanted(2)])
    await soon('the verdicts', () => verdicts.length === 2)
    approvals.onEvents([left(1), left(2)])
    await soon('the failure', () => approvals.counts.notifyFailed === 1)
    expect(await approvals.idle(10)).toBe(1)
    expect(output.text()).toContain('on_close was not delivered: on_event_url answered 500')
  })

  it('ask about a crowd with a bounded number of requests, and about nobody twice', async () => {
    const waiting: (() => void)[] = []
    let isOpen = false
    const server = await hookServer((response, request) => {
      if (isOpen || request.url === '/ping') response.end()
      else waiting.push(() => response.end())
    })
    const { approvals, verdicts } = setUp(hookTo(server.url))
    approvals.onEvents(Array.from({ length: 300 }, (_, n) => wanted(n)))
    await soon('the first questions', () => waiting.length >= 64)
    // Whatever else was sent along with them has come when these have.
    for (let n = 0; n < 20; n += 1) await (await fetch(`${server.url}/ping`)).text()
    expect(waiting).toHaveLength(64)
    isOpen = true
    for (const answer of waiting) answer()
    await soon('all verdicts', () => verdicts.length === 300)
    expect(new Set(verdicts.map(([id]) => id)).size).toBe(300)
    expect(approvals.counts.admitted).toBe(300)
  })

  it('keep a flood of refusals out of the log', async () => {
    const { approvals, verdicts, output, clock } = setUp(() => undefined)
    approvals.onEvents(Array.from({ length: 500 }, (_, n) => wanted(n)))
    expect(verdicts).toHaveLength(500)
    expect(output.lines).toHaveLength(10)
    clock.atMs = 1000
    approvals.onEvents([wanted(500)])
    expect(output.lines).toHaveLength(11)
    expect(JSON.parse(output.lines[10] ?? '')).toMatchObject({ suppressedCount: 490 })
    expect(approvals.counts.refused).toBe(501)
  })
})
