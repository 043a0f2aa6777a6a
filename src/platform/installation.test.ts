import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError } from '#platform/config/config.ts'
import { startApp } from '../../test/support/app.ts'
import { temporaryFolder } from '../../test/support/folder.ts'

test('a database refuses a server with another secret key, and takes its own back', async () => {
  const folder = temporaryFolder()
  const first = await startApp({ data_dir: folder, secret_key: 'k'.repeat(40) })
  await first.stop()
  await assert.rejects(
    startApp({ data_dir: folder, secret_key: 'x'.repeat(40) }),
    (error: Error) => error instanceof ConfigError && error.problems[0]?.setting === 'secret_key',
  )
  const again = await startApp({ data_dir: folder, secret_key: 'k'.repeat(40) })
  assert.equal((await again.admin('GET', '/api/v1/me')).statusCode, 200)
})

test('so does a data folder whose secret.key was lost or replaced', async () => {
  const folder = temporaryFolder()
  await (await startApp({ data_dir: folder })).stop()
  writeFileSync(join(folder, 'secret.key'), 'another key of the same length or so, made up\n')
  await assert.rejects(startApp({ data_dir: folder }), ConfigError)
})
