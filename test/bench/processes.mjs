// Starts relays and tools, and ends them with the benchmark.
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename } from 'node:path'

const SETPRIV = '/usr/bin/setpriv'
const STOP_DEADLINE_MS = 15_000

/** A child whose output is kept; the kernel ends it with us. */
export function start(command, args, options = {}) {
  const isBound = existsSync(SETPRIV)
  const program = isBound ? SETPRIV : command
  const words = isBound ? ['--pdeathsig', 'KILL', '--', command, ...args] : args
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  const kept = { child, stdout: '', stderr: '', exited: once(child, 'close') }
  child.stdout.setEncoding('utf8').on('data', text => {
    kept.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    kept.stderr += text
  })
  return kept
}

/** Runs a tool that prints one JSON object. Throws with its words if it fails or takes longer than the deadline. */
export async function runTool(command, args, deadlineMs) {
  const tool = start(command, args)
  const timer = setTimeout(() => tool.child.kill('SIGKILL'), deadlineMs)
  const [code, signal] = await tool.exited
  clearTimeout(timer)
  if (code !== 0) {
    throw new Error(
      `${basename(command)} ended with ${code ?? `${signal} by its deadline`}: ${tool.stderr.trim()}`,
    )
  }
  return JSON.parse(tool.stdout)
}

/** SIGTERM, and SIGKILL if that takes too long. */
export async function stop({ child, exited }) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
  child.kill('SIGTERM')
  await exited
  clearTimeout(timer)
}

/** Waits until the condition holds; throws when the child ends first or the deadline passes. */
export async function waitUntil(condition, kept, what, deadlineMs = 30_000) {
  const endMs = performance.now() + deadlineMs
  while (!(await condition())) {
    const output = `${kept.stdout}${kept.stderr}`
    if (kept.child.exitCode !== null) throw new Error(`${what}: the process ended\n${output}`)
    if (performance.now() > endMs) throw new Error(`${what}: not within ${deadlineMs} ms\n${output}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

export async function freeUdpPort() {
  const socket = createSocket('udp6').bind(0, '::')
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise(resolve => socket.close(resolve))
  return port
}

export async function freeTcpPort() {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Time on a CPU of all threads in seconds (/proc/PID/task/TID/schedstat, nanoseconds). */
export function cpuSecondsOf(pid) {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map(id =>
    Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9
}
