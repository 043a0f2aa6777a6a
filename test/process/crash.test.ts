import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { eachEngine } from '../support/engines.ts'
import { freePort } from '../support/port.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer } from '../support/server.ts'

const cycles = 25
const writers = 4

eachEngine('kill -9', (engine) => {
  test(
    `${cycles} times while writing loses no acknowledged write, and the audit log still verifies`,
    { timeout: 240_000 },
    async () => {
      const dataDir = temporaryFolder()
      const env = { MIKTOS_DATABASE_URL: await engine.freshUrl() }
      const port = await freePort()
      const acknowledged: string[] = []
      for (let cycle = 0; cycle < cycles; cycle++) {
        const server = await startServer({ dataDir, env, port })
        const token = await server.login()
        let killed = false
        const write = async (writer: number): Promise<void> => {
          for (let index = 0; !killed; index++) {
            const name = `c${cycle}-w${writer}-${index}`
            const reply = await fetch(`${server.url}/api/v1/projects`, {
              method: 'POST',
              headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
              body: JSON.stringify({ name }),
            }).catch(() => undefined)
            if (reply?.status === 201) acknowledged.push(name)
          }
        }
        const writing = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
        await delay(50 + Math.random() * 200)
        server.process.kill('SIGKILL')
        killed = true
        await writing
        await server.exited
      }
      const server = await startServer({ dataDir, env, port })
      const token = await server.login()
      const read = async <T>(path: string): Promise<T> =>
        (
          await fetch(`${server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
        ).json() as Promise<T>
      const stored = new Set<string>()
      for (let offset = 0; ; offset += 100) {
        const { projects } = await read<{ projects: { name: string }[] }>(`/projects?limit=100&offset=${offset}`)
        for (const { name } of projects) stored.add(name)
        if (projects.length < 100) break
      }
      assert.ok(acknowledged.length > cycles, `${acknowledged.length} writes were acknowledged`)
      assert.deepEqual(
        acknowledged.filter((name) => !stored.has(name)),
        [],
      )
      const verified = await read<{ ok: boolean; broken: unknown }>('/admin/logs/verify')
      assert.deepEqual([verified.ok, verified.broken], [true, null])
      server.process.kill('SIGTERM')
      assert.equal(await server.exited, 0)
    },
  )
})
