import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { text as readAll } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { testConfig, type Settings } from '#platform/config/config.ts'
import { logLevels, parseLogLevel } from './level.ts'
import { createLogger } from './logging.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'miktos-logging-'))
  file = join(directory, 'server.log')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

type Work = (logging: ReturnType<typeof createLogger>) => void

/** What the console got after `work`. */
async function consoleAfter(settings: Partial<Settings>, work: Work): Promise<string> {
  const stream = new PassThrough()
  const logging = createLogger(testConfig(settings), { console: stream })
  work(logging)
  await logging.flush()
  stream.end()
  return readAll(stream)
}

const logSecrets: Work = ({ log }) => {
  const child = log.child({ component: 'http', authorization: 'Bearer PLANTED1', user: 'ann@planted.example' })
  child.info(
    { body: { user: { Password: 'PLANTED2', list: [{ api_key: 'PLANTED3' }] } } },
    'mk_PLANTED4000000000 for %s',
    'bob@planted.example',
  )
  child.error(new Error('cannot reach postgres://u:PLANTED5@h/d'))
  child.info({ headers: { cookie: 'a=PLANTED6', 'set-cookie': ['b=PLANTED7'] }, url: '/x?token=PLANTED8' }, 'request')
}

const linesOf = (written: string): string[] => written.split('\n').slice(0, -1)
const readJson = (written: string): Record<string, unknown>[] => linesOf(written).map((line) => JSON.parse(line))
const toFile = (settings: Partial<Settings> = {}) =>
  testConfig({ log_file: file, log_destination: 'file', log_format: 'json', ...settings })

describe('levels', () => {
  it('are read in every spelling and case', () => {
    const spellings = {
      DEBUG: ['debug', 'Debug', 'DEBUG', 'trace', '10'],
      INFO: ['info', 'INFO', ' information ', 'notice', '20'],
      WARNING: ['warn', 'WARN', 'Warning', 'WARNING', '30'],
      ERROR: ['error', 'ERR', 'ERROR', '40'],
      CRITICAL: ['critical', 'CRIT', 'fatal', 'FATAL', '50'],
    }
    for (const [level, words] of Object.entries(spellings))
      for (const word of words) assert.equal(parseLogLevel(word), level, word)
    for (const word of ['', 'loud', '15', 'constructor', '__proto__'])
      assert.equal(parseLogLevel(word), undefined, word)
  })

  it('are written as words', async () => {
    const written = await consoleAfter({ log_level: 'DEBUG' }, ({ log }) => {
      log.debug('a')
      log.info('a')
      log.warn('a')
      log.error('a')
      log.fatal('a')
    })
    assert.deepEqual(
      readJson(written).map(({ level }) => level),
      [...logLevels],
    )
  })

  it('change at run time, in loggers that exist already', async () => {
    const config = testConfig()
    const stream = new PassThrough()
    const { log, flush, setLevel } = createLogger(config, { console: stream })
    const http = log.child({ component: 'http' })
    http.debug('too early')
    config.applyStored({ log_level: 'DEBUG' })
    http.debug('seen')
    setLevel('ERROR')
    http.warn('too mild')
    http.child({ request_id: 'r1' }).error('seen too')
    await flush()
    stream.end()
    assert.deepEqual(
      readJson(await readAll(stream)).map(({ msg }) => msg),
      ['seen', 'seen too'],
    )
  })
})

describe('a line', () => {
  it('is JSON with time, level, component and message first', async () => {
    const [line] = linesOf(
      await consoleAfter({}, ({ log }) =>
        log.child({ component: 'http' }).info({ status: 200 }, 'request %s', 'finished'),
      ),
    )
    assert.match(
      line!,
      /^\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","level":"INFO","component":"http","msg":"request finished","status":200\}$/,
    )
  })

  it('is text that can be searched by component', async () => {
    const written = await consoleAfter({ log_format: 'text' }, ({ log }) => {
      log
        .child({ component: 'auth_middleware' })
        .warn({ status: 401, reason: 'no token given', user: { id: 'u1' }, list: [1, 2] }, 'refused')
      log.info('started')
    })
    const [refused, started] = linesOf(written)
    assert.match(
      refused!,
      /^\S+Z WARNING {2}auth_middleware {2}refused status=401 reason="no token given" user\.id=u1 list="?\[1,2\]"?$/,
    )
    assert.match(started!, / INFO {5}miktos {2}started$/)
  })

  it('tells of an error under any name: type, message, code, cause and stack', async () => {
    const error = Object.assign(new TypeError('outer', { cause: new Error('inner') }), { code: 'E_X' })
    const work: Work = ({ log }) => {
      log.error(error)
      log.error({ reason: error }, 'failed')
    }
    const [bare, named] = readJson(await consoleAfter({}, work))
    const err = bare!.err as Record<string, unknown>
    assert.equal(bare!.msg, 'outer')
    assert.deepEqual(
      [err.type, err.message, err.code, (err.cause as { message: string }).message],
      ['TypeError', 'outer', 'E_X', 'inner'],
    )
    assert.match(String(err.stack), /TypeError: outer\n +at /)
    assert.equal((named!.reason as { code: string }).code, 'E_X')

    const texts = linesOf(await consoleAfter({ log_format: 'text' }, work))
    assert.equal(texts.length, 2)
    assert.match(texts[0]!, /err\.type=TypeError .*err\.stack="TypeError: outer\\n/)
  })

  it('cannot be forged, neither by text nor by fields', async () => {
    const forged =
      'x\n2026-01-31T08:00:00.123Z CRITICAL auth  forged\r\n\u001b[2J\u0000\u007f\u0085\u009b\u2028\u2029\u202egnp.exe\u2066\u200f'
    const work: Work = ({ log }) =>
      log
        .child({ component: forged })
        .info({ [forged]: forged, level: 'CRITICAL', time: '1970', component: 'auth', nested: { forged } }, forged)
    for (const log_format of ['json', 'text'] as const) {
      const written = await consoleAfter({ log_format }, work)
      assert.equal(linesOf(written).length, 1)
      assert.doesNotMatch(written.slice(0, -1), /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u)
    }
    const [line] = readJson(await consoleAfter({}, work))
    assert.equal(line!.msg, forged)
    assert.deepEqual([line!.level, line!['level_'], line!['component_']], ['INFO', 'CRITICAL', 'auth'])
    assert.match(String(line!.time), /^20/)
  })

  it('holds no secret: not in fields, bindings, messages or errors', async () => {
    for (const log_format of ['json', 'text'] as const) {
      const written = await consoleAfter({ log_format }, logSecrets)
      assert.equal(linesOf(written).length, 3)
      assert.doesNotMatch(written, /planted/i)
      assert.match(written, /‹redacted:email›/)
    }
  })

  it('takes what cannot be written as JSON', async () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    const [line] = readJson(
      await consoleAfter({}, ({ log }) => log.info({ cycle, big: 10n, not: Number.NaN, nothing: undefined }, 'odd')),
    )
    assert.equal(line!.msg, 'odd')
    assert.equal(line!.big, 10)
  })
})

describe('colours', () => {
  class Terminal extends PassThrough {
    readonly isTTY = true
    readonly depth: number
    constructor(depth: number) {
      super()
      this.depth = depth
    }
    getColorDepth = (): number => this.depth
  }
  const onTerminal = async (depth: number, log_format: 'text' | 'json'): Promise<string> => {
    const stream = new Terminal(depth)
    const { log, flush } = createLogger(testConfig({ log_format }), { console: stream })
    log.info('x')
    await flush()
    stream.end()
    return readAll(stream)
  }

  it('are for terminals that have them, in text only', async () => {
    assert.match(await onTerminal(8, 'text'), /\p{Cc}\[/u)
    assert.doesNotMatch(await onTerminal(1, 'text'), /(?!\n)\p{Cc}/u)
    assert.doesNotMatch(await onTerminal(8, 'json'), /(?!\n)\p{Cc}/u)
    assert.doesNotMatch(await consoleAfter({ log_format: 'text' }, ({ log }) => log.info('x')), /(?!\n)\p{Cc}/u)
  })
})

describe('destinations', () => {
  it('are the console, the file or both', async () => {
    const both = await consoleAfter({ log_file: file, log_destination: 'both' }, ({ log }) => log.info('twice'))
    assert.equal(readFileSync(file, 'utf8'), both)
    assert.match(both, /twice/)
    const neither = await consoleAfter({ log_file: file, log_destination: 'file', log_format: 'text' }, ({ log }) =>
      log.info('once'),
    )
    assert.equal(neither, '')
    assert.match(linesOf(readFileSync(file, 'utf8'))[1]!, / INFO {5}miktos {2}once$/)
  })

  it('creates the directory of the file, for its owner and group only', async () => {
    const deep = join(directory, 'a', 'b', 'server.log')
    const { log, flush } = createLogger(toFile({ log_file: deep }))
    log.info('x')
    await flush()
    assert.equal(statSync(deep).mode & 0o007, 0)
  })
})

describe('rotation', () => {
  it('keeps the name, the sizes and the number of files, and loses no line', async () => {
    const { log, flush } = createLogger(toFile({ log_file_bytes_max: 4_096, log_files_max: 1_000 }))
    for (let index = 0; index < 500; index++) {
      log.info({ index }, 'line')
      if (index % 50 === 0) await flush()
    }
    await flush()
    const names = readdirSync(directory)
    assert.ok(names.length > 5)
    for (const name of names) assert.ok(statSync(join(directory, name)).size <= 4_096, name)
    const inOrder = names.toSorted((a, b) => Number(b.split('.')[2] ?? 0) - Number(a.split('.')[2] ?? 0))
    const indexes = inOrder
      .flatMap((name) => readJson(readFileSync(join(directory, name), 'utf8')))
      .map(({ index }) => index)
    assert.deepEqual(
      indexes,
      Array.from({ length: 500 }, (_, index) => index),
    )
  })

  it('drops the oldest beyond the number kept, leftovers of an earlier setting too', async () => {
    writeFileSync(`${file}.7`, 'left over\n')
    writeFileSync(`${file}.bak`, 'not ours\n')
    const { log, flush } = createLogger(toFile({ log_file_bytes_max: 4_096, log_files_max: 3 }))
    for (let index = 0; index < 300; index++) log.info({ index }, 'line')
    await flush()
    assert.deepEqual(readdirSync(directory).toSorted(), [
      'server.log',
      'server.log.1',
      'server.log.2',
      'server.log.bak',
    ])
    assert.equal(readJson(readFileSync(file, 'utf8')).at(-1)?.index, 299)
  })

  it('appends to a file of an earlier run and counts its size', async () => {
    writeFileSync(file, `${'x'.repeat(4_090)}\n`)
    const { log, flush } = createLogger(toFile({ log_file_bytes_max: 4_096 }))
    log.info('new')
    await flush()
    assert.equal(statSync(`${file}.1`).size, 4_091)
    assert.equal(linesOf(readFileSync(file, 'utf8')).length, 1)
  })

  it('begins anew where somebody else moved or removed the file', async () => {
    const { log, flush } = createLogger(toFile())
    log.info('first')
    await flush()
    renameSync(file, `${file}.moved`)
    log.info('second')
    await flush()
    assert.match(readFileSync(`${file}.moved`, 'utf8'), /first/)
    assert.match(readFileSync(file, 'utf8'), /second/)
    rmSync(directory, { recursive: true })
    log.info('third')
    await flush()
    assert.match(readFileSync(file, 'utf8'), /third/)
  })
})

describe('a place that cannot be written', () => {
  it('is complained of once, and the lines lost are counted when it can be again', async () => {
    const complaints: string[] = []
    mkdirSync(file)
    const { log, flush } = createLogger(toFile(), { complain: (text) => complaints.push(text) })
    for (let index = 0; index < 5; index++) {
      log.info({ index }, 'lost')
      await flush()
    }
    assert.equal(complaints.length, 1)
    assert.match(complaints[0]!, /server\.log/)

    rmSync(file, { recursive: true })
    log.info('back')
    await flush()
    const lines = readJson(readFileSync(file, 'utf8'))
    assert.deepEqual(
      lines.map(({ msg, count }) => [msg, count]),
      [
        ['log lines were lost', 5],
        ['back', undefined],
      ],
    )
  })

  it('may be a full disk', async () => {
    const complaints: string[] = []
    symlinkSync('/dev/full', file)
    const { log, flush } = createLogger(toFile(), { complain: (text) => complaints.push(text) })
    for (let index = 0; index < 5; index++) {
      log.info('lost')
      await flush()
    }
    assert.equal(complaints.length, 1)
    assert.match(complaints[0]!, /ENOSPC/)
  })

  it('may be a reader that went away or hangs', async () => {
    const complaints: string[] = []
    const gone = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) })
    const broken = createLogger(testConfig(), { console: gone, complain: (text) => complaints.push(text) })
    broken.log.info('lost')
    await broken.flush()
    broken.log.info('lost')
    await broken.flush()
    assert.equal(complaints.length, 1)

    const hanging = createLogger(testConfig(), { console: new Writable({ write() {} }) })
    hanging.log.info('waits')
    const startedMs = performance.now()
    const flushed = hanging.flush()
    const alive = setInterval(() => {}, 100)
    await flushed
    clearInterval(alive)
    assert.ok(performance.now() - startedMs < 4_000)
  })
})

describe('a real process', () => {
  const program = `
    import { testConfig } from '#platform/config/config.ts'
    import { createLogger } from '#platform/logging/logging.ts'
    const { log, flush } = createLogger(testConfig({ log_format: 'text' }))
    for (let index = 0; index < 5000; index++) log.info({ index }, 'line')
    await flush()
    process.exit(0)
  `
  const run = () =>
    spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: join(import.meta.dirname, '../../..'),
      env: { ...process.env, NO_COLOR: '1' },
    })

  it('has written everything to standard output when it exits', async () => {
    const child = run()
    const lines = linesOf(await readAll(child.stdout))
    assert.equal(lines.length, 5_000)
    assert.match(lines.at(-1)!, /index=4999$/)
  })

  it('lives on when its reader goes away', async () => {
    const child = run()
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.stdout.once('data', () => child.stdout.destroy())
    const complaint = await readAll(child.stderr)
    assert.equal(await ended, 0)
    assert.match(complaint, /^$|cannot be written to the console/)
  })
})
