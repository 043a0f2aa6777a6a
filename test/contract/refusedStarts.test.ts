import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { temporaryFolder } from '../support/folder.ts'
import { miktos } from './programs.ts'

const cwd = temporaryFolder()
const wrongConfiguration = 78

const refused: [what: string, args: string[], env: Record<string, string>, says: RegExp[]][] = [
  ['sample data on an address that others reach', ['--demo', '--host', '0.0.0.0'], {}, [/demo/, /loopback/]],
  ['every origin at once, in both spellings', [], { CORS_ORIGINS: '*' }, [/cors_origins/, /every site/]],
  [
    'a misspelt name, with the one that was meant',
    [],
    { MIKTOS_SERVER_PROT: '9000' },
    [/MIKTOS_SERVER_PROT/, /did you mean "MIKTOS_SERVER_PORT"/],
  ],
  [
    'the placeholder secrets of the documents, each by its name',
    [],
    {
      JWT_SECRET_KEY: 'your-secret-key-here',
      ADMIN_TOKEN: 'your-secure-admin-token',
      DB_HOST: 'localhost',
      DB_USER: 'root',
      DB_PASSWORD: 'your_password',
      GCP_PROJECT: 'your-project-id',
    },
    [/JWT_SECRET_KEY/, /ADMIN_TOKEN/, /DB_PASSWORD/, /GCP_PROJECT/, /4 problems/],
  ],
  [
    'all that is wrong at once: network, folders and files',
    [],
    {
      MGMT_SERVER_IP: '999.1.1.1',
      MIKTOS_SERVER_PORT: '70000',
      WORKDIR_TEMPLATE: '/no/such/folder',
      NGINX_CONFIG_FILE: '/no/such/nginx',
      MIKTOS_DATA_DIR: '/dev/null',
    },
    [/server_host/, /server_port/, /workdir_template/, /nginx_config_file/, /data_dir/],
  ],
  [
    'several workers without a shared database and Redis',
    [],
    { SERVER_WORKERS: '2' },
    [/PostgreSQL or MySQL/, /Redis/],
  ],
  ['a prefix whose paths would collide with the other mount', [], { API_PREFIX: '/api/admin' }, [/api_prefix/]],
]

describe('a start is refused with exit code 78 for', () => {
  const runs = refused.map(([, args, env]) =>
    miktos(['serve', ...args], { cwd, env: { MIKTOS_SERVER_PORT: '0', MIKTOS_DATA_DIR: 'data', ...env } }),
  )
  for (const [index, [what, , , says]] of refused.entries()) {
    test(what, async () => {
      const { code, stderr, stdout } = await runs[index]!
      assert.equal(code, wrongConfiguration, stdout + stderr)
      for (const part of says) assert.match(stderr, part)
    })
  }

  test('the same is found by `miktos config check`', async () => {
    const { code, stdout, stderr } = await miktos(['config', 'check'], { cwd, env: { CORS_ORIGINS: '*' } })
    assert.equal(code, wrongConfiguration)
    assert.match(stdout + stderr, /cors_origins/)
  })
})

test('a database that cannot be reached ends the start and says so', async () => {
  const { code, stderr } = await miktos(['serve', '--port', '0'], {
    cwd,
    env: { DATABASE_URL: 'postgresql://user:hidden@127.0.0.1:9/miktos' },
  })
  assert.ok(code > 0)
  assert.match(stderr, /database cannot be reached/)
  assert.doesNotMatch(stderr, /hidden/)
})
