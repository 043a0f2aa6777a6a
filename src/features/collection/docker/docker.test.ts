import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startApp } from '../../../../test/support/app.ts'
import { docker, dockerHost, startContainer, uniqueName, withoutDocker } from '../../../../test/support/docker.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { until } from '../../../../test/support/until.ts'
import { followContainer } from './follow.ts'
import { createLineReader, timeOf } from './frames.ts'
import { advanced, createSieve } from './state.ts'

describe('the log of a container', () => {
  const frame = (stream: number, text: string): Buffer => {
    const body = Buffer.from(text)
    const head = Buffer.alloc(8)
    head[0] = stream
    head.writeUInt32BE(body.length, 4)
    return Buffer.concat([head, body])
  }
  const at = (nanos: string): string => `2026-11-22T10:00:00.${nanos}Z `

  test('has times to the nanosecond', () => {
    assert.equal(
      timeOf(`${at('123456789')}x`)?.timestampNs,
      BigInt(Date.UTC(2026, 10, 22, 10)) * 1_000_000n + 123_456_789n,
    )
    assert.equal(timeOf('2026-11-22T11:00:00.5+01:00 x')?.timestampNs, timeOf(`${at('500000000')}x`)?.timestampNs)
    assert.equal(timeOf('no time'), undefined)
  })

  test('is taken apart however its bytes are cut, long lines put together again', () => {
    const bytes = Buffer.concat([
      frame(1, `${at('000000001')}to out ü\n`),
      frame(2, `${at('000000002')}to err\n`),
      frame(1, `${at('000000003')}begun, `),
      frame(2, `${at('000000004')}between\n`),
      frame(1, `${at('000000003')}ended\n`),
    ])
    for (const size of [1, 3, 7, 1_000]) {
      const read = createLineReader(false)
      const lines = []
      for (let from = 0; from < bytes.length; from += size) lines.push(...read(bytes.subarray(from, from + size)))
      assert.deepEqual(
        lines.map(({ stream, line }) => [stream, line]),
        [
          ['stdout', 'to out ü'],
          ['stderr', 'to err'],
          ['stderr', 'between'],
          ['stdout', 'begun, ended'],
        ],
      )
    }
  })

  test('of a terminal has no frames', () => {
    const read = createLineReader(true)
    assert.deepEqual(
      read(Buffer.from(`${at('1')}one\r\n${at('2')}tw`)).map(({ line }) => line),
      ['one'],
    )
    assert.deepEqual(
      read(Buffer.from('o\r\n')).map(({ line }) => line),
      ['two'],
    )
  })

  test('goes on after the last line that was stored, also among those of one time', () => {
    const position = advanced({ ns: '5', same: 1 }, [5n, 7n, 7n])
    assert.deepEqual(position, { ns: '7', same: 2 })
    const isNew = createSieve(position)
    assert.deepEqual([5n, 7n, 7n, 7n, 8n].filter(isNew), [7n, 8n])
    assert.deepEqual(advanced(position, [7n]), { ns: '7', same: 3 })
  })
})

interface Found {
  rows: { line: string; timestamp_ns: string; labels: Record<string, string> }[]
}

describe('containers of a real engine', { skip: withoutDocker }, () => {
  const socket = dockerHost?.replace('unix://', '') ?? ''
  const start = (data_dir: string) => startApp({ data_dir, docker_socket: socket, logs_docker: true })
  const span = {
    from: new Date(Date.now() - 3_600_000).toISOString(),
    to: new Date(Date.now() + 3_600_000).toISOString(),
  }
  const reader = (app: Awaited<ReturnType<typeof startApp>>) => async (query: string) =>
    (
      (
        await app.admin('POST', '/api/v1/logs/search', { query, ...span, limit: 5_000, direction: 'forward' })
      ).json() as Found
    ).rows

  test('are stored and counted to the end of what is on its way when reading is ended', async () => {
    const { default: Engine } = await import('dockerode')
    const id = await startContainer(
      ['sh', '-c', 'i=0; while :; do i=$((i+1)); echo "$i"; sleep 0.1; done'],
      ['--name', uniqueName(), '--network', 'none'],
    )
    const ending = new AbortController()
    const delivered: string[] = []
    let counted = 0
    const following = followContainer({
      docker: new Engine({ socketPath: socket }),
      id,
      from: { ns: '0', same: 0 },
      signal: ending.signal,
      deliver: async ({ streams }) => {
        delivered.push(...streams.flatMap(({ entries }) => entries.map(({ line }) => line)))
        ending.abort()
        await delay(300)
      },
      onStored: (_position, lines) => void (counted += lines),
    })
    await assert.rejects(following, /abort/)
    assert.ok(delivered.length > 0)
    assert.equal(counted, delivered.length)
  })

  test('are read from both streams with names, tags and times, on terminals, and on after a restart', async () => {
    const data_dir = temporaryFolder()
    const app = await start(data_dir)
    const search = reader(app)
    const name = uniqueName()
    const script = 'echo out; echo err >&2; i=0; while :; do i=$((i+1)); echo "tick $i"; sleep 0.2; done'
    const id = await startContainer(
      ['sh', '-c', script],
      [
        '--name',
        name,
        '--network',
        'none',
        '--log-opt',
        'tag=shop|1.2.3|{{.Name}}',
        '--label',
        'com.docker.compose.project=mall',
      ],
    )
    await until('both streams', async () => (await search(`@container:${name}`)).length >= 3, 20_000)
    const rows = await search(`@container:${name}`)
    const err = rows.find(({ line }) => line === 'err')!
    assert.deepEqual(
      { ...err.labels, image: '' },
      {
        container: name,
        container_id: id.slice(0, 12),
        compose_project: 'mall',
        image: '',
        image_tag: '1.2.3',
        instance_name: name,
        service: 'shop',
        service_name: 'shop',
        stream: 'stderr',
      },
    )
    const said = await docker(['logs', '--timestamps', id])
    const ns = timeOf(said.split('\n').find((line) => line.endsWith(' out'))!)!.timestampNs
    assert.equal(rows.find(({ line }) => line === 'out')!.timestamp_ns, String(ns))

    const tty = uniqueName()
    await startContainer(['sh', '-c', 'echo on a terminal; sleep 60'], ['--name', tty, '--network', 'none', '--tty'])
    await until('a line of a terminal', async () => (await search(`@container:${tty}`)).length === 1, 20_000)

    const short = uniqueName()
    await startContainer(['sh', '-c', 'echo gone at once'], ['--name', short, '--network', 'none'])
    await until('a line of what ended at once', async () => (await search(`@container:${short}`)).length === 1, 20_000)

    const { sources } = (await app.admin('GET', '/api/v1/logs/sources')).json() as {
      sources: { kind: string; lines_read: number; items: { name: string }[] }[]
    }
    const source = sources.find(({ kind }) => kind === 'docker')!
    assert.ok(source.lines_read >= 5)
    const metrics = await app.app.platform.metrics.registry.metrics()
    assert.match(metrics, new RegExp(`^container_cpu_time_seconds_total\\{container_name="${name}".* [0-9.e-]+$`, 'm'))
    assert.match(metrics, new RegExp(`^container_memory_usage_bytes\\{container_name="${name}".* [1-9]`, 'm'))
    await app.stop()

    const again = await start(data_dir)
    const searchAgain = reader(again)
    const ticks = async () =>
      (await searchAgain(`@container:${name} tick`)).map(({ line }) => Number(line.split(' ')[1]))
    const before = Math.max(...(await ticks()))
    await until('ticks of meanwhile and now', async () => Math.max(...(await ticks())) > before + 5, 20_000)
    const seen = await ticks()
    assert.deepEqual(
      seen,
      Array.from({ length: seen.length }, (_, index) => index + 1),
    )
    assert.equal((await searchAgain(`@container:${short}`)).length, 1)
  })
})

test('a machine without an engine lists none and measures none', async () => {
  const { admin, app } = await startApp({ docker_socket: '/nowhere/docker.sock', logs_docker: true })
  const { sources } = (await admin('GET', '/api/v1/logs/sources')).json() as { sources: { kind: string }[] }
  assert.deepEqual(
    sources.map(({ kind }) => kind),
    ['own'],
  )
  assert.doesNotMatch(await app.platform.metrics.registry.metrics(), /container_cpu/)
})
