/** Directives by name; null takes one of ours away. */
export type Directives = Record<string, string | number | null>

export interface ServerPorts {
  player: number
  publisher: number
  publisherSrtla: number
  http: number
}

export interface ServerConf {
  folder: string
  ports: ServerPorts
  srt?: Directives
  server?: Directives
}

export const databaseIn = (folder: string): string => `${folder}/streams.db`

function srtDirectives({ folder, ports }: ServerConf): Directives {
  return {
    worker_threads: 2,
    worker_connections: 400,
    log_level: 'info',
    http_host: '127.0.0.1',
    http_port: ports.http,
    database_path: databaseIn(folder),
    pid_file: `${folder}/sls.pid`,
    rate_limit_api: 1000,
    rate_limit_stats: 1000,
    rate_limit_config: 1000,
  }
}

const serverDirectives = ({ ports }: ServerConf): Directives => ({
  listen_player: ports.player,
  listen_publisher: ports.publisher,
  listen_publisher_srtla: ports.publisherSrtla,
  backlog: 200,
  idle_streams_timeout: 15,
})

const isPlain = (value: string) => /^[^\s#;{}"']+$/.test(value)

function lines(directives: Directives, indent: string): string {
  return Object.entries(directives)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${indent}${name} ${isPlain(String(value)) ? value : JSON.stringify(value)};\n`)
    .join('')
}

/** The text of an sls.conf: what a test server has, changed by the directives of the test. */
export function confText(conf: ServerConf): string {
  const srt = lines({ ...srtDirectives(conf), ...conf.srt }, '  ')
  const server = lines({ ...serverDirectives(conf), ...conf.server }, '    ')
  return `srt {\n${srt}  server {\n${server}  }\n}\n`
}
