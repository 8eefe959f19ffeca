// The suite from the package registry: its origin, larder proxy before it, and
// its client before that, all on loopback and on ports that were free.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const patience = 20_000 // milliseconds for a server to come up

export class Suite {
  constructor (here) {
    this.here = fileURLToPath(here)
    this.folder = path.join(this.here, 'node_modules', 'http-cache-tests')
  }

  // install fetches the pinned suite unless it is there.
  static async install (here) {
    const suite = new Suite(here)
    const there = await access(suite.folder).then(() => true, () => false)
    if (!there) {
      console.log('conformance: installing the test suite')
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: suite.here })
    }
    return suite
  }

  async tests () {
    return (await import(path.join(this.folder, 'tests', 'index.mjs'))).default
  }

  // results are what the suite's client says of every test.
  async results () {
    const text = await this.client('')
    try {
      return JSON.parse(text)
    } catch {
      throw new Error(`the client of the suite gave no results but: ${text.slice(0, 500)}`)
    }
  }

  // dialogue runs one test and gives every message of it.
  async dialogue (id) {
    return this.client(id)
  }

  async client (id) {
    const scratch = await mkdtemp(path.join(os.tmpdir(), 'larder-conformance-'))
    const servers = []
    try {
      const base = await this.start(scratch, servers)
      const env = { ...process.env, npm_config_base: base, npm_config_id: id, npm_package_config_id: id }
      const { stdout } = await run('node', ['--no-warnings', 'cli.mjs'], { cwd: this.folder, env, maxBuffer: 1 << 26 })
      return stdout
    } finally {
      await Promise.all(servers.map(stop))
      await rm(scratch, { recursive: true })
    }
  }

  // start brings up origin and proxy, and gives the proxy's URL.
  async start (scratch, servers) {
    const larder = path.join(scratch, 'larder')
    console.log('conformance: building larder')
    await run('go', ['build', '-o', larder, '.'], { cwd: path.join(this.here, '..', 'cmd', 'larder') })
    const [origin, front] = await freePorts(2)
    servers.push(spawn('node', ['server/server.mjs'], {
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, npm_config_protocol: 'http', npm_config_port: origin, npm_config_pidfile: path.join(scratch, 'pid') }
    }))
    await listening(origin)
    servers.push(spawn(larder, ['proxy', '-quiet', '-origin', `http://127.0.0.1:${origin}`, '-listen', `127.0.0.1:${front}`], {
      stdio: 'ignore' // it warns of every origin that hangs up, which the suite's often does
    }))
    await listening(front)
    console.log('conformance: running the suite')
    return `http://127.0.0.1:${front}`
  }
}

async function stop (server) {
  if (server.exitCode !== null) return
  server.kill()
  await once(server, 'exit')
}

async function freePorts (n) {
  const sockets = Array.from({ length: n }, () => net.createServer().listen(0, '127.0.0.1'))
  await Promise.all(sockets.map(s => once(s, 'listening')))
  const ports = sockets.map(s => s.address().port)
  await Promise.all(sockets.map(s => new Promise(resolve => s.close(resolve))))
  return ports
}

// listening waits until somebody answers on a port.
async function listening (port) {
  const until = Date.now() + patience
  while (!await answers(port)) {
    if (Date.now() > until) throw new Error(`nothing listens on 127.0.0.1:${port} after ${patience / 1000} s`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

function answers (port) {
  return new Promise(resolve => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => resolve(false))
  })
}
