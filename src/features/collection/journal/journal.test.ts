import assert from 'node:assert/strict'
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { startApp } from '../../../../test/support/app.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { until } from '../../../../test/support/until.ts'
import { parseEntry } from './entry.ts'

/** As `journalctl -o json` writes it. */
const exported = {
  unit: '{"_TRANSPORT":"journal","__CURSOR":"s=0639f2;i=2a;b=4c5e;m=1e8480;t=5e8f2c;x=9d","PRIORITY":"3","_HOSTNAME":"gpu-1","_SYSTEMD_UNIT":"nginx.service","SYSLOG_IDENTIFIER":"nginx","_COMM":"nginx","_PID":"812","_BOOT_ID":"4c5e","__REALTIME_TIMESTAMP":"1795341600123456","__MONOTONIC_TIMESTAMP":"2000000","MESSAGE":"bind() failed"}',
  kernel:
    '{"__CURSOR":"s=0639f2;i=2b","PRIORITY":"4","_TRANSPORT":"kernel","SYSLOG_IDENTIFIER":"kernel","_HOSTNAME":"gpu-1","__REALTIME_TIMESTAMP":"1795341600123457","MESSAGE":"NVRM: Xid 79"}',
  bytes:
    '{"__CURSOR":"s=0639f2;i=2c","__REALTIME_TIMESTAMP":"1795341600123458","SYSLOG_IDENTIFIER":["first","second"],"MESSAGE":[27,91,51,49,109,114,195,182,116]}',
  large: '{"__CURSOR":"s=0639f2;i=2d","__REALTIME_TIMESTAMP":"1795341600123459","MESSAGE":null}',
}

describe('an entry of the journal', () => {
  test('has its unit, its priority and its time', () => {
    assert.deepEqual(parseEntry(exported.unit), {
      cursor: 's=0639f2;i=2a;b=4c5e;m=1e8480;t=5e8f2c;x=9d',
      labels: { service_name: 'nginx', job: 'journal', unit: 'nginx.service', host: 'gpu-1', transport: 'journal' },
      entry: {
        timestampNs: 1_795_341_600_123_456_000n,
        line: 'bind() failed',
        severity: 5,
        metadata: { identifier: 'nginx', command: 'nginx', pid: '812' },
      },
    })
    assert.equal(parseEntry(exported.kernel)?.labels['service_name'], 'kernel')
    assert.equal(parseEntry(exported.kernel)?.entry.severity, 4)
  })

  test('may hold bytes, several values of one field, or a message too long to be shown', () => {
    assert.equal(parseEntry(exported.bytes)?.entry.line, '\u001b[31mröt')
    assert.equal(parseEntry(exported.bytes)?.entry.metadata['identifier'], 'first\nsecond')
    assert.equal(parseEntry(exported.large), undefined)
    assert.throws(() => parseEntry('{"MESSAGE":"no cursor"}'))
  })
})

/** Entries in a file, each named by its line; what follows the cursor is printed, and whatever is added as long as it runs. */
const fake = (journal: string, calls: string): string => `#!/bin/sh
echo "$*" >> ${calls}
case "$*" in
  *--follow*)
    for arg; do case "$arg" in --after-cursor=*) cursor="\${arg#--after-cursor=}" ;; esac; done
    from=$(grep -n "\\"__CURSOR\\":\\"$cursor\\"" ${journal} | cut -d: -f1)
    exec tail -n "+$((from + 1))" -f ${journal} ;;
  *) tail -n 1 ${journal} ;;
esac
`

describe('the journal', () => {
  const path = process.env['PATH']!
  after(() => void (process.env['PATH'] = path))
  const dir = temporaryFolder()
  const journal = join(dir, 'journal')
  const calls = join(dir, 'calls')
  let written = 0
  const write = (message: string): void =>
    appendFileSync(
      journal,
      `${JSON.stringify({ __CURSOR: `c=${++written}`, __REALTIME_TIMESTAMP: `${Date.now()}000`, SYSLOG_IDENTIFIER: 'probe', MESSAGE: message })}\n`,
    )
  const span = {
    from: new Date(Date.now() - 3_600_000).toISOString(),
    to: new Date(Date.now() + 3_600_000).toISOString(),
  }
  const linesOf = async (app: Awaited<ReturnType<typeof startApp>>): Promise<string[]> => {
    const reply = await app.admin('POST', '/api/v1/logs/search', {
      query: 'service:probe',
      ...span,
      direction: 'forward',
    })
    return (reply.json() as { rows: { line: string }[] }).rows.map(({ line }) => line)
  }

  test('is followed from the first start on, over restarts of the program and of the server, each entry once', async () => {
    writeFileSync(calls, '')
    write('before the first start')
    const bin = join(dir, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'journalctl'), fake(journal, calls))
    chmodSync(join(bin, 'journalctl'), 0o755)
    process.env['PATH'] = `${bin}${delimiter}${path}`

    const data_dir = temporaryFolder()
    const app = await startApp({ data_dir, logs_journal: true })
    write('one')
    appendFileSync(journal, 'this is no entry\n')
    write('two')
    await until('two entries', async () => (await linesOf(app)).length === 2)
    const source = async () => {
      const { sources } = (await app.admin('GET', '/api/v1/logs/sources')).json() as {
        sources: { kind: string; lines_read: number; items: { position: string }[] }[]
      }
      return sources.find(({ kind }) => kind === 'journal')!
    }
    // The position follows what is stored.
    await until('the position is kept', async () => (await source()).lines_read === 2)
    assert.equal((await source()).items[0]?.position, 'c=3')
    await app.stop()

    write('while nobody looked')
    const again = await startApp({ data_dir, logs_journal: true })
    write('three')
    await until('four entries', async () => (await linesOf(again)).length >= 4)
    assert.deepEqual(await linesOf(again), ['one', 'two', 'while nobody looked', 'three'])
    assert.match(readFileSync(calls, 'utf8'), /--after-cursor=c=1\n[\s\S]*--after-cursor=c=3\n/)
    await again.stop()
  })

  test('is not listed where there is none, nor where it has nothing to read', async () => {
    const bin = (script: string): string => {
      const folder = temporaryFolder()
      writeFileSync(join(folder, 'journalctl'), `#!/bin/sh\n${script}\n`)
      chmodSync(join(folder, 'journalctl'), 0o755)
      return `${folder}${delimiter}${path}`
    }
    for (const place of [dir, bin(':'), bin('echo "No journal files were found." >&2; exit 1'), bin('echo nonsense')]) {
      process.env['PATH'] = place
      const { admin } = await startApp({ logs_journal: true })
      process.env['PATH'] = path
      const { sources } = (await admin('GET', '/api/v1/logs/sources')).json() as { sources: { kind: string }[] }
      assert.equal(
        sources.some(({ kind }) => kind === 'journal'),
        false,
      )
    }
  })
})
