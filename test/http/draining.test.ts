import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer } from '../support/build.ts'
import { until } from '../support/wait.ts'
import { connectionCount, listen, send } from './raw.ts'

const HEAD = 'GET /health HTTP/1.1\r\nHost: x\r\n'

const DRAINING = { code: 'DRAINING', message: 'The server is shutting down', status: 'error' }

describe('on the way down', () => {
  it('changes nothing any more, but goes on answering questions', async () => {
    const { app, keys, streamIds, state, access } = buildTestServer()
    await streamIds.add({ publisher: 'p', player: 'q' })
    state.isDraining = true
    for (const [method, url] of [
      ['POST', '/api/stream-ids'],
      ['DELETE', '/api/stream-ids/q'],
      ['POST', '/api/keys'],
    ] as const) {
      const response = await app.inject({ method, url, headers: bearer(keys.admin), payload: '{bad' })
      expect(response.statusCode).toBe(503)
      expect(response.json()).toEqual(DRAINING)
      expect(response.headers['access-control-allow-origin']).toBe('*')
    }
    expect(access.map(({ responseCode }) => responseCode)).toEqual([503, 503, 503])
    expect((await app.inject({ method: 'DELETE', url: '/api/stream-ids/q' })).statusCode).toBe(401)
    expect((await app.inject({ url: '/api/stream-ids', headers: bearer(keys.read) })).statusCode).toBe(200)
    expect((await app.inject('/stats/q')).statusCode).toBe(200)
    expect(streamIds.rows.length).toBe(1)
  })

  it('says so when the engine has stopped already', async () => {
    const { app, streamIds, engine } = buildTestServer()
    await streamIds.add({ publisher: 'p', player: 'q' })
    await engine.stop()
    const response = await app.inject('/stats/q')
    expect(response.statusCode).toBe(503)
    expect(response.json()).toEqual({ ...DRAINING, code: 'ENGINE_STOPPED' })
  })

  it.each([
    ['nothing', '', 0],
    ['half a head', HEAD, 0],
    ['half a head behind an answered request', `${HEAD}\r\n${HEAD}`, 1],
  ])(
    'does not wait for a connection that has sent %s',
    async (_, bytes, answerCount) => {
      const { app } = buildTestServer()
      const port = await listen(app)
      let received = ''
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
      socket.on('data', chunk => {
        received += String(chunk)
      })
      const ended = new Promise(resolve => socket.on('close', resolve).on('error', () => undefined))
      const isSeen = async () =>
        (await connectionCount(app)) === 1 && received.split('HTTP/1.1 200').length === answerCount + 1
      await until(isSeen, { deadlineMs: 20_000, what: 'the connection' })
      await app.close()
      await ended
    },
    40_000,
  )

  it('finishes what is under way, then closes its connection; what came behind it is turned away', async () => {
    const server = buildTestServer()
    const { app, keys, streamIds } = server
    let finish = () => {}
    let isAsked = false
    streamIds.list = () => {
      isAsked = true
      return new Promise(resolve => {
        finish = () => resolve([])
      })
    }
    const port = await listen(app)
    const request = `GET /api/stream-ids HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.read}\r\n\r\n`
    let received = ''
    let isEnded = false
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.on('close', () => {
      isEnded = true
    })
    socket.on('data', chunk => {
      received += String(chunk)
    })
    await until(() => isAsked, { deadlineMs: 20_000, what: 'the first request' })
    const closed = app.close()
    await until(() => !app.server.listening, { deadlineMs: 20_000, what: 'the server to close' })
    // Pipelined behind the one that is under way.
    socket.write('GET /stats/q HTTP/1.1\r\nHost: x\r\n\r\n')
    await until(() => server.log.lines.some(line => String(line['msg']).includes('turned away')), {
      deadlineMs: 20_000,
      what: 'the second request to be refused',
    })
    finish()
    await closed
    await until(() => isEnded, { deadlineMs: 20_000, what: 'the end of the connection' })
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(received).toMatch(/\r\nconnection: close\r\n/i)
    expect(received).toContain('{"data":[],"status":"success"}')
    expect(received).not.toContain('not streaming')
    await expect(send(port, 'GET', '/health')).rejects.toThrow('ECONNREFUSED')
  }, 60_000)
})
