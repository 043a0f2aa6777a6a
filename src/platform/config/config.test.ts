import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { AppError } from '#kernel/errors.ts'
import { ConfigError, loadConfig, testConfig, type Problem } from './config.ts'
import { environmentName, settingKeys, settingOf, type SettingKey } from './settings.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'miktos-config-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

type Env = Record<string, string>
const load = (env: Env = {}, argv: string[] = []) => loadConfig({ argv, env, cwd, isTerminal: false })
const put = (name: string, text: string) => writeFileSync(join(cwd, name), text)

function problemsOf(env: Env, argv: string[] = []): Problem[] {
  try {
    load(env, argv)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

const sourceOf = (config: ReturnType<typeof load>, key: SettingKey) =>
  config.describe().find((view) => view.key === key)?.source

const onlyProblem = (env: Env, argv: string[] = []): Problem => {
  const problems = problemsOf(env, argv)
  assert.equal(problems.length, 1, JSON.stringify(problems))
  return problems[0]!
}

const rateLimit = (env: Env = {}, argv: string[] = []) => load(env, argv).get('rate_limit')
const databaseAt = (url: string) => load({ DATABASE_URL: url }).get('database_url')

const codeOf = (work: () => unknown): AppError => {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('defaults', () => {
  it('are those documented', () => {
    const config = load()
    assert.equal(config.get('server_host'), '127.0.0.1')
    assert.equal(config.get('server_port'), 8000)
    assert.equal(config.get('server_workers'), 1)
    assert.equal(config.get('debug_mode'), false)
    assert.equal(config.get('reload'), false)
    assert.equal(config.get('api_prefix'), '/api/v1')
    assert.deepEqual(config.get('cors_origins'), [])
    assert.equal(config.get('auth_token_expire_minutes'), 10_080)
    assert.equal(config.get('password_min_length'), 8)
    assert.equal(config.get('db_name'), 'user_auth_db')
    assert.equal(config.get('docker_mem_lmt'), '4g')
    assert.equal(config.get('redis_url'), undefined)
  })

  it('follow other settings where they should', () => {
    const plain = load()
    assert.equal(plain.get('database_url'), `sqlite:///${cwd}/miktos-data/miktos.db`)
    assert.equal(plain.get('log_level'), 'INFO')
    assert.equal(plain.get('log_format'), 'json')
    assert.equal(plain.get('log_destination'), 'console')

    const set = loadConfig({
      argv: ['--debug', '--data-dir', 'elsewhere'],
      env: { MIKTOS_LOG_FILE: 'a.log' },
      cwd,
      isTerminal: true,
    })
    assert.equal(set.get('database_url'), `sqlite:///${cwd}/elsewhere/miktos.db`)
    assert.equal(set.get('log_level'), 'DEBUG')
    assert.equal(set.get('log_format'), 'text')
    assert.equal(set.get('log_destination'), 'both')
    assert.equal(set.get('log_file'), join(cwd, 'a.log'))
  })

  it('build a MySQL address from db_*', () => {
    const config = load({ DB_HOST: 'db.local', DB_USER: 'root', DB_PASSWORD: 'p@ss/word' })
    assert.equal(config.get('database_url'), 'mysql://root:p%40ss%2Fword@db.local:3306/user_auth_db')
  })

  it('pass their own checks', () => {
    for (const key of settingKeys) {
      const { kind, initial } = settingOf(key)
      if (initial !== undefined) assert.deepEqual(kind.schema.parse(kind.read(initial)), initial, key)
    }
  })
})

describe('precedence', () => {
  const layers: [name: string, apply: (env: Env) => string[], kind: string, source: string][] = [
    ['flag', () => ['--server-port', '9001'], 'flag', '--server-port'],
    ['variable', (env) => ((env.MIKTOS_SERVER_PORT = '9001'), []), 'env', 'MIKTOS_SERVER_PORT'],
    ['older variable', (env) => ((env.MGMT_SERVER_PORT = '9001'), []), 'env', 'MGMT_SERVER_PORT'],
    ['.env', () => (put('.env', 'MIKTOS_SERVER_PORT=9001\nSERVER_PORT=1\n'), []), 'dotenv', 'MIKTOS_SERVER_PORT'],
    ['miktos.yaml', () => (put('miktos.yaml', '# a comment\n\nserver_port: 9001\n'), []), 'file', 'miktos.yaml:3'],
  ]

  for (const [index, [name, apply, kind, source]] of layers.entries()) {
    it(`${name} wins over all below`, () => {
      const env: Env = {}
      for (const [, applyWeaker] of layers.slice(index + 1)) applyWeaker(env)
      const weaker = env.MIKTOS_SERVER_PORT
      const argv = apply(env)
      assert.equal(weaker === undefined || index === 0, true)
      const config = load(env, argv)
      config.applyStored({ server_port: 1 })
      assert.equal(config.get('server_port'), 9001)
      assert.deepEqual(sourceOf(config, 'server_port'), { kind, name: source })
    })
  }

  it('differs by value at every step of the ladder', () => {
    put('miktos.yaml', 'rate_limit: 5\n')
    assert.equal(rateLimit(), 5)
    put('.env', 'RATE_LIMIT=4\n')
    assert.equal(rateLimit(), 4)
    assert.equal(rateLimit({ RATE_LIMIT: '3' }), 3)
    assert.equal(rateLimit({ RATE_LIMIT: '3', MIKTOS_RATE_LIMIT: '2' }), 2)
    assert.equal(rateLimit({ RATE_LIMIT: '3', MIKTOS_RATE_LIMIT: '2' }, ['--rate-limit=1']), 1)
  })

  it('a stored value wins over the default only', () => {
    const config = load()
    config.applyStored({ rate_limit: 7 })
    assert.equal(config.get('rate_limit'), 7)
    assert.deepEqual(sourceOf(config, 'rate_limit')?.kind, 'database')

    const owned = load({ RATE_LIMIT: '3' })
    owned.applyStored({ rate_limit: 7 })
    assert.equal(owned.get('rate_limit'), 3)
    assert.deepEqual(sourceOf(owned, 'rate_limit'), { kind: 'env', name: 'RATE_LIMIT' })
  })

  it('takes an empty variable for one that is not set', () => {
    assert.equal(load({ MIKTOS_SERVER_PORT: '', SERVER_PORT: '9002', MIKTOS_REDIS_URL: '' }).get('server_port'), 9002)
  })

  it('every setting can be set by its own variable and by its older names', () => {
    for (const key of settingKeys) {
      for (const name of [environmentName(key), ...(settingOf(key).aliases ?? [])]) {
        const problems = problemsOf({ [name]: '\u0000' })
        assert.equal(
          problems.some((problem) => problem.setting === key && problem.source === name) ||
            settingOf(key).kind.schema.safeParse('\u0000').success,
          true,
          name,
        )
      }
    }
  })
})

describe('flags', () => {
  it('have short names', () => {
    const config = load({}, ['--host', '::1', '--port=9000', '--data-dir', 'd', '--demo'])
    assert.equal(config.get('server_host'), '::1')
    assert.equal(config.get('server_port'), 9000)
    assert.equal(config.get('data_dir'), join(cwd, 'd'))
    assert.equal(config.get('demo'), true)
  })

  it('--dev is reload and debug, and a switch can be turned off', () => {
    const dev = load({}, ['--dev'])
    assert.deepEqual([dev.get('reload'), dev.get('debug_mode')], [true, true])
    const off = load({ MIKTOS_RELOAD: 'yes' }, ['--no-reload', '--debug=false'])
    assert.deepEqual([off.get('reload'), off.get('debug_mode')], [false, false])
  })

  it('that do not exist are named with the nearest that does', () => {
    assert.match(onlyProblem({}, ['--prot', '9000']).message, /did you mean "--port"/)
  })

  it('never take a secret', () => {
    const { message } = onlyProblem({}, ['--admin-token', 'x'.repeat(40)])
    assert.match(message, /MIKTOS_ADMIN_TOKEN_FILE/)
    assert.doesNotMatch(message, /xxxx/)
  })
})

describe('values as text', () => {
  it('reads booleans in every spelling', () => {
    for (const word of ['true', '1', 'yes', 'on', 'TRUE', 'On'])
      assert.equal(load({ MIKTOS_DEBUG_MODE: word }).get('debug_mode'), true, word)
    for (const word of ['false', '0', 'no', 'off', 'False'])
      assert.equal(load({ FLASK_DEBUG: word }).get('debug_mode'), false, word)
    assert.match(onlyProblem({ MIKTOS_DEBUG_MODE: 'maybe' }).message, /must be true or false, not "maybe"/)
  })

  it('reads lists, and a bare address as a range of one', () => {
    const config = load({
      MIKTOS_TRUSTED_PROXIES: '10.0.0.0/8, ::1 ,192.168.1.1,',
      AGENTS_LIST: '192.168.1.100,192.168.1.101',
    })
    assert.deepEqual(config.get('trusted_proxies'), ['10.0.0.0/8', '::1/128', '192.168.1.1/32'])
    assert.deepEqual(config.get('agents_list'), ['192.168.1.100', '192.168.1.101'])
  })

  it('reads log levels in every spelling', () => {
    const spellings = {
      debug: 'DEBUG',
      Info: 'INFO',
      warn: 'WARNING',
      WARNING: 'WARNING',
      error: 'ERROR',
      FATAL: 'CRITICAL',
      critical: 'CRITICAL',
      10: 'DEBUG',
      30: 'WARNING',
      50: 'CRITICAL',
    }
    for (const [word, level] of Object.entries(spellings))
      assert.equal(load({ LOG_LEVEL: word }).get('log_level'), level, word)
    put('miktos.yaml', 'log_level: 40\n')
    assert.equal(load().get('log_level'), 'ERROR')
  })

  it('takes every form of a database address and resolves relative files', () => {
    assert.equal(databaseAt('sqlite:///miktos_local.db'), `sqlite:///${cwd}/miktos_local.db`)
    assert.equal(databaseAt('sqlite:////var/lib/miktos.db'), 'sqlite:////var/lib/miktos.db')
    for (const url of [
      'postgresql://user:pass@localhost/miktos',
      'postgres://h/d',
      'mysql://u:p@h:3306/d',
      'mariadb://h/d',
    ])
      assert.equal(databaseAt(url), url)
    for (const url of ['sqlite://', 'oracle://h/d', 'postgres://h', 'nonsense'])
      assert.equal(problemsOf({ DATABASE_URL: url }).length, 1, url)
  })

  const refused: [SettingKey, string, RegExp][] = [
    ['server_port', '70000', /0 to 65535, not "70000"/],
    ['server_port', '80a', /whole number/],
    ['server_host', '999.1.1.1', /IP address or a host name/],
    ['server_host', 'a b', /IP address or a host name/],
    ['api_prefix', 'api', /starts with "\/"/],
    ['api_prefix', '/api', /the other mount/],
    ['api_prefix', '/api/admin', /other mount has its paths/],
    ['api_prefix', '/v1', /taken/],
    ['api_prefix', '/socket.io/x', /taken/],
    ['api_prefix', '/api/v1/', /does not end with/],
    ['cors_origins', 'https://a.example,*', /item 2 .*every site/],
    ['cors_origins', 'https://a.example/path', /item 1 must be an origin/],
    ['trusted_proxies', '10.0.0.0/8,10.0.0.0/99', /item 2 must be an address or a range/],
    ['outbound_allow', '10.0.0.0/33', /item 1 must be a range/],
    ['outbound_allow', '10.0.0.0/8,hooks.internal', /item 2 must be a range/],
    ['outbound_allow', '127.0.0.1:99999', /item 1 must be a range/],
    ['outbound_allow', 'http://127.0.0.1:80', /item 1 must be a range/],
    ['outbound_allow', '127.1:80', /item 1 must be a range/],
    ['redis_url', 'http://h', /redis:\/\//],
    ['password_min_length', '6', /from 8/],
    ['docker_mem_lmt', 'lots', /512m or 4g/],
    ['registration', 'everyone', /closed, approval, open/],
    ['secret_key', 'k7'.repeat(15), /at least 32 characters$/],
    ['admin_token', 'short', /at least 24 characters$/],
  ]
  for (const [key, value, message] of refused) {
    it(`refuses ${key} = ${value}`, () => {
      const problem = onlyProblem({ [environmentName(key)]: value })
      assert.equal(problem.setting, key)
      assert.equal(problem.source, environmentName(key))
      assert.match(problem.message, message)
    })
  }
})

describe('secrets', () => {
  it('come from files, without the last line end', () => {
    put('key', `${'k'.repeat(40)}\n`)
    const config = load({ MIKTOS_SECRET_KEY_FILE: join(cwd, 'key') })
    assert.equal(config.get('secret_key'), 'k'.repeat(40))
    assert.deepEqual(sourceOf(config, 'secret_key'), { kind: 'env-file', name: 'MIKTOS_SECRET_KEY_FILE' })
  })

  it('are refused where the file cannot be read or both ways are used', () => {
    assert.match(onlyProblem({ MIKTOS_SECRET_KEY_FILE: join(cwd, 'none') }).message, /cannot be read/)
    assert.match(
      onlyProblem({ MIKTOS_SECRET_KEY_FILE: join(cwd, 'key'), MIKTOS_SECRET_KEY: 'k'.repeat(40) }).message,
      /only one/,
    )
    assert.match(onlyProblem({ MIKTOS_SERVER_PORT_FILE: '/x' }).message, /did you mean "MIKTOS_SERVER_PORT"/)
  })

  const placeholders: [string, string][] = [
    ['JWT_SECRET_KEY', 'your-secret-key-here'],
    ['ADMIN_TOKEN', 'your-secure-admin-token'],
    ['MIKTOS_ADMIN_PASSWORD', 'any_password'],
    ['MIKTOS_ADMIN_PASSWORD', 'changeme'],
    ['MIKTOS_SECRET_KEY', 'secret'],
    ['MIKTOS_ADMIN_TOKEN', 'admin'],
    ['MIKTOS_ADMIN_PASSWORD', 'Password'],
    ['MIKTOS_SECRET_KEY', 'please-change-this-to-something-long-enough'],
    ['DB_PASSWORD', 'your_password'],
    ['DATABASE_URL', 'mysql://root:your_password@localhost/d'],
    ['GCP_PROJECT', 'your-project-id'],
  ]
  for (const [name, value] of placeholders) {
    it(`refuses ${name}=${value} by name`, () => {
      const problem = problemsOf({ [name]: value }).find(({ source }) => source === name)
      assert.match(problem?.message ?? '', /is a placeholder/)
    })
  }

  it('never stand in a description or a problem', () => {
    const planted = 'Zq9'.repeat(15)
    const config = load({
      MIKTOS_SECRET_KEY: planted,
      ADMIN_TOKEN: planted,
      DATABASE_URL: `postgres://u:${planted}@h/d`,
      REDIS_URL: `redis://:${planted}@h:6379`,
      MIKTOS_ADMIN_EMAIL: 'a@example.org',
      MIKTOS_ADMIN_PASSWORD: planted,
    })
    assert.doesNotMatch(JSON.stringify(config.describe()), /Zq9/)
    assert.equal(config.describe().find(({ key }) => key === 'secret_key')?.set, true)
    assert.equal(config.describe().find(({ key }) => key === 'database_url')?.value, 'postgres://u:***@h/d')
    const broken = problemsOf({
      MIKTOS_SECRET_KEY: 'Zq9',
      DATABASE_URL: 'nope://u:Zq9@h/d',
      REDIS_URL: 'Zq9',
      DB_PASSWORD: 'Zq9',
    })
    assert.equal(broken.length, 4)
    assert.doesNotMatch(JSON.stringify(broken), /Zq9/)
  })
})

describe('unknown names', () => {
  it('in the environment, .env and miktos.yaml are errors with a suggestion', () => {
    put('.env', 'MIKTOS_LOG_LEVL=x\nUNRELATED=1\n')
    put('miktos.yaml', 'server_port: 1\nserver_prot: 2\n')
    const problems = problemsOf({ MIKTOS_PORT: '9000', HOME: '/root' })
    assert.deepEqual(
      problems.map(({ setting, source }) => [setting, source]),
      [
        ['MIKTOS_PORT', 'environment'],
        ['MIKTOS_LOG_LEVL', '.env'],
        ['server_prot', 'miktos.yaml:2'],
      ],
    )
    assert.deepEqual(
      problems.map(({ message }) => /did you mean "(.+)"/.exec(message)?.[1]),
      ['MIKTOS_SERVER_PORT', 'MIKTOS_LOG_LEVEL', 'server_port'],
    )
  })

  it('which Kubernetes injects are passed over', () => {
    const links = {
      MIKTOS_SERVICE_HOST: '10.0.0.1',
      MIKTOS_SERVICE_PORT_HTTP: '80',
      MIKTOS_PORT: 'tcp://10.0.0.1:80',
      MIKTOS_PORT_80_TCP_ADDR: '10.0.0.1',
    }
    assert.deepEqual(problemsOf(links), [])
  })
})

describe('miktos.yaml', () => {
  it('takes native values, lists and nothing', () => {
    put(
      'miktos.yaml',
      'debug_mode: true\ncors_origins: [https://a.example]\ntemperature: 0.2\ndocker_tag: 1.5\nredis_url:\n',
    )
    const config = load()
    assert.equal(config.get('debug_mode'), true)
    assert.deepEqual(config.get('cors_origins'), ['https://a.example'])
    assert.equal(config.get('temperature'), 0.2)
    assert.equal(config.get('docker_tag'), '1.5')
    assert.equal(config.get('redis_url'), undefined)
  })

  it('may lie in data_dir, or be named', () => {
    put('named.yaml', 'server_port: 9010\n')
    assert.equal(load({}, ['--config', 'named.yaml']).get('server_port'), 9010)
    assert.equal(load({ MIKTOS_CONFIG: 'named.yaml' }).get('server_port'), 9010)
    put('miktos.yaml', 'server_port: 9011\n')
    const config = loadConfig({ argv: ['--data-dir', cwd], env: {}, cwd: tmpdir() })
    assert.equal(config.get('server_port'), 9011)
  })

  it('says on which line it is broken', () => {
    put('miktos.yaml', 'server_port: 1\nserver_port: 2\n')
    assert.equal(onlyProblem({}).source, 'miktos.yaml:2')
    put('miktos.yaml', '- a\n')
    assert.match(onlyProblem({}).message, /key: value/)
    assert.match(onlyProblem({}, ['--config', 'none.yaml']).message, /cannot be read/)
  })
})

describe('rules between settings', () => {
  it('lists every problem at once', () => {
    const problems = problemsOf({
      MIKTOS_DEMO: '1',
      MIKTOS_SERVER_HOST: '0.0.0.0',
      SERVER_WORKERS: '4',
      CORS_ORIGINS: '*',
      JWT_SECRET_KEY: 'your-secret-key-here',
      WORKDIR_TEMPLATE: '/path/to/template/',
      NGINX_CONFIG_FILE: '/nowhere/at/all.conf',
      MIKTOS_LOG_DESTINATION: 'file',
      MIKTOS_ADMIN_EMAIL: 'a@example.org',
      MIKTOS_LOG_FORMAT: 'xml',
    })
    assert.deepEqual(problems.map(({ setting }) => setting).toSorted(), [
      'admin_password',
      'cors_origins',
      'database_url',
      'demo',
      'log_file',
      'log_format',
      'nginx_config_file',
      'redis_url',
      'secret_key',
      'workdir_template',
    ])
  })

  it('lets several workers share a database server and Redis', () => {
    assert.deepEqual(problemsOf({ SERVER_WORKERS: '2', DATABASE_URL: 'postgres://h/d', REDIS_URL: 'redis://h' }), [])
  })

  it('wants a database host to be whole', () => {
    assert.equal(onlyProblem({ DB_HOST: 'h' }).setting, 'db_user')
    assert.equal(onlyProblem({ DB_USER: 'u' }).setting, 'db_user')
  })

  it('wants places that its user can write', () => {
    chmodSync(cwd, 0o500)
    const unwritable = process.getuid?.() === 0 ? [] : ['log_file', 'data_dir']
    assert.deepEqual(
      problemsOf({ MIKTOS_LOG_FILE: 'x/a.log' }).map(({ setting }) => setting),
      unwritable,
    )
    chmodSync(cwd, 0o700)
  })

  it('wants data_dir to be a directory', () => {
    put('file', '')
    assert.match(onlyProblem({ MIKTOS_DATA_DIR: 'file' }).message, /is not a directory/)
    assert.match(onlyProblem({ MIKTOS_DATA_DIR: 'file/below' }).message, /is not a directory/)
  })
})

describe('at run time', () => {
  it('plans good edits and applies nothing', () => {
    const config = load()
    const plan = config.plan({
      rate_limit: '50',
      log_level: 'warn',
      ip_allow_list: ['10.0.0.1'],
      registration: 'approval',
    })
    assert.deepEqual(plan.values, {
      rate_limit: 50,
      log_level: 'WARNING',
      ip_allow_list: ['10.0.0.1/32'],
      registration: 'approval',
    })
    assert.deepEqual(
      plan.changes.map(({ key, before, after }) => [key, before, after]),
      [
        ['rate_limit', 100, 50],
        ['log_level', 'INFO', 'WARNING'],
        ['ip_allow_list', [], ['10.0.0.1/32']],
      ],
    )
    assert.equal(config.get('rate_limit'), 100)
  })

  it('plans the way back to the default', () => {
    const config = load()
    config.applyStored({ rate_limit: 50 })
    assert.deepEqual(config.plan({ rate_limit: null }), {
      values: { rate_limit: null },
      changes: [{ key: 'rate_limit', before: 50, after: 100 }],
    })
  })

  it('refuses bad and unknown edits together, each by its field', () => {
    const error = codeOf(() => load().plan({ rate_limit: 0, registration: 'x', nonsense: 1 }))
    assert.equal(error.code, 'VALIDATION_FAILED')
    const fields = error.details.fields as { field: string }[]
    assert.deepEqual(
      fields.map(({ field }) => field),
      ['rate_limit', 'registration', 'nonsense'],
    )
  })

  it('refuses what needs a restart and what flag, environment or file owns', () => {
    const restart = codeOf(() => load().plan({ server_port: 9000 }))
    assert.equal(restart.code, 'SETTING_LOCKED')
    assert.equal(restart.details.setting, 'server_port')
    assert.match(String(restart.details.reason), /restart/)

    put('miktos.yaml', 'rate_limit_logs: 5\n')
    const config = load({ RATE_LIMIT: '3' }, ['--rate-limit-auth', '9'])
    for (const [key, source] of Object.entries({
      rate_limit: 'RATE_LIMIT',
      rate_limit_auth: '--rate-limit-auth',
      rate_limit_logs: 'miktos.yaml:1',
    })) {
      const error = codeOf(() => config.plan({ [key]: 50 }))
      assert.equal(error.code, 'SETTING_LOCKED')
      assert.equal((error.details.source as { name: string }).name, source)
      assert.equal(config.describe().find((view) => view.key === key)?.locked, true)
    }
    assert.match(String(codeOf(() => load().plan({ llm_provider: 'x' })).details.reason), /model gateway/)
  })

  it('tells listeners which values changed, and only those', () => {
    const config = testConfig({ rate_limit: 10 })
    const heard: string[][] = []
    const stop = config.onChange((keys) => heard.push(keys))
    config.applyStored({ rate_limit: 20, registration: 'approval' })
    config.applyStored({ rate_limit: 20 })
    config.applyStored({})
    stop()
    config.applyStored({ rate_limit: 30 })
    assert.deepEqual(heard, [['rate_limit'], ['rate_limit']])
    assert.equal(config.get('rate_limit'), 30)
  })

  it('leaves out stored values that are no longer good, and says so', () => {
    const config = load()
    config.applyStored({ rate_limit: 'many', gone: 1, server_port: 2, lockout_minutes: 20 })
    assert.equal(config.get('rate_limit'), 100)
    assert.equal(config.get('lockout_minutes'), 20)
    assert.deepEqual(
      config.problems().map(({ setting }) => setting),
      ['rate_limit', 'gone', 'server_port'],
    )
    assert.match(config.describe().find(({ key }) => key === 'rate_limit')?.problem ?? '', /whole number/)
    config.applyStored({})
    assert.deepEqual(config.problems(), [])
  })
})
