import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { openEmbeddedLogs, type EmbeddedLogs } from '../logs/embedded/index.ts'
import { compileLogFilter } from './index.ts'

const nowMs = Date.UTC(2026, 10, 22)
const atNs = (second: number): bigint => BigInt(nowMs + second * 1000) * 1_000_000n

let store: EmbeddedLogs

before(async () => {
  store = await openEmbeddedLogs({
    dir: temporaryFolder(),
    now: () => nowMs + 60_000,
    retentionMs: 86_400_000,
    bytesMax: 1e9,
  })
  await store.append({
    streams: [
      {
        labels: { service: 'api', env: 'prod' },
        entries: [
          { timestampNs: atNs(0), line: '{"level":"info","msg":"Disk is fine","ms":20,"status":200,"user":"ann"}' },
          {
            timestampNs: atNs(1),
            line: '{"level":"error","msg":"disk full","ms":520,"status":503,"user":"bob smith"}',
          },
          {
            timestampNs: atNs(2),
            line: '{"level":"warn","msg":"GET /api/users (slow)","ms":300,"status":404,"user":"ann"}',
          },
        ],
      },
      {
        labels: { service: 'web', env: 'dev' },
        entries: [
          { timestampNs: atNs(3), line: 'level=fatal msg="out of disk" ms=5 status=599' },
          { timestampNs: atNs(4), line: 'plain text OR more, at 10.0.0.1:8080' },
        ],
      },
    ],
  })
})

after(() => store.close())

/** Which of the lines, in order of time, a filter finds. */
const found: [filter: string, lines: number[]][] = [
  ['', [0, 1, 2, 3, 4]],
  ['disk', [0, 1, 3]],
  ['disk full', [1]],
  ['"disk full" OR "out of disk"', [1, 3]],
  ['disk -full', [0, 3]],
  ['-disk', [2, 4]],
  ['disk (full OR fatal)', [1, 3]],
  ['-(disk OR plain)', [2]],
  ['/(?i)DISK (is|full)/', [0, 1]],
  ['@user:ann', [0, 2]],
  ['@user:"bob smith"', [1]],
  ['@user:ann,"bob smith"', [0, 1, 2]],
  ['@ms:>300', [1]],
  ['@ms:>=300', [1, 2]],
  ['@ms:5..300', [0, 2, 3]],
  ['@status:500..599', [1, 3]],
  ['-@status:500..599', [0, 2, 4]],
  ['@user:/^b/', [1]],
  ['level:error,warn', [1, 2]],
  ['level:ERR,fatal', [1, 3]],
  ['-level:info', [1, 2, 3, 4]],
  ['service:web', [3, 4]],
  ['service:web,api disk', [0, 1, 3]],
  ['env:prod', [0, 1, 2]],
  ['-env:prod', [3, 4]],
  ['env:prod,dev full', [1]],
  ['env:dev OR full', [1, 3, 4]],
  ['/api/users', [2]],
  ['(slow)', [2]],
  ['"(slow)"', [2]],
  ['10.0.0.1:8080', [4]],
  ['"OR" text', [4]],
  ['{env="prod"} |= "disk"', [1]],
  ['{env=~".+"} |~ "(?i)disk" | status >= 500', [1, 3]],
  ['{env=~".+"} | json | user = "ann" or level = "fatal"', [0, 2, 3]],
  ['{env=~".+"} != "disk" !~ "plain|GET"', [0]],
]

describe('a filter finds', () => {
  for (const [filter, expected] of found) {
    test(filter || 'everything', async () => {
      const span = { fromNs: atNs(-1), toNs: atNs(10) }
      const { rows } = await store.search({ ...compileLogFilter(filter), ...span, limit: 10, direction: 'forward' })
      assert.deepEqual(
        rows.map(({ timestampNs }) => Number((timestampNs - atNs(0)) / 1_000_000_000n)),
        expected,
      )
    })
  }
})
