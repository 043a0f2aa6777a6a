import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { startApp } from '../support/app.ts'
import { faultProxy } from '../support/faultProxy.ts'
import { until } from '../support/until.ts'
import { addressOf } from '../support/wsClient.ts'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'docs/runner.md'), 'utf8')

const exampleWith = (library: string): string => text.split(`\`\`\`js ${library}\n`)[1]!.split('```')[0]!

/** Where it finds the packages of this project. */
function stored(code: string): string {
  const folder = mkdtempSync(join(root, 'node_modules/.cache-runner-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'runner.mjs')
  writeFileSync(path, code)
  return path
}

describe('the runners of docs/runner.md', () => {
  for (const [library, scheme, path] of [
    ['ws', 'ws', '/ws'],
    ['socket.io', 'http', ''],
  ] as const) {
    test(`with ${library}: takes a command, says what it wrote and how it ended, also after the connection broke`, async () => {
      const app = await startApp()
      const { key } = (await app.admin('POST', '/api/v1/me/api-keys', { name: 'r', scopes: ['runners:write'] })).json()
      const proxy = await faultProxy(`http://${await addressOf(app)}`)
      after(() => proxy.stop())
      const url = `${proxy.url.replace('http', scheme)}${path}`
      const child = spawn(process.execPath, [stored(exampleWith(library))], {
        env: { URL: url, KEY: key },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      after(() => child.kill('SIGKILL'))
      const isThere = async (): Promise<boolean> =>
        (await app.admin('GET', '/api/v1/runners')).json().runners[0]?.connected ?? false
      const greets = async (name: string): Promise<void> => {
        await until('it is connected', isThere)
        const { id } = (await app.admin('POST', '/api/v1/commands', { command: `run greet ${name}` })).json()
        const read = async (more = '') => (await app.admin('GET', `/api/v1/commands/${id}${more}`)).json()
        await until('it has ended', async () => (await read()).status === 'succeeded')
        assert.equal((await read('/output')).output[0].text, `Hello ${name}\n`)
      }
      await greets('world')
      await proxy.become('refuse')
      await until('it is away', async () => !(await isThere()))
      await proxy.become('none')
      await greets('again')
      assert.equal(child.exitCode, null)
    })
  }
})
