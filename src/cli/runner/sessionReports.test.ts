import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SessionReports, type Report } from './sessionReports.ts'

test('of figures the newest is told, of the log what fits, and what is left out is counted', async () => {
  const told: Report[] = []
  const reports = new SessionReports(async (report) => told.push(report))
  reports.write('progress 0.1\nfirst\nprogress 0.2 sec')
  reports.write('ond\n{"metrics":{"kills":1}}\n')
  for (let index = 0; index < 500; index++) reports.write(`line ${index}\n`)
  reports.write('no line break')
  await reports.finish()
  const all = Object.assign({}, ...told) as Report
  assert.deepEqual([all.progress, all.progress_note, all.metrics], [0.2, 'second', { kills: 1 }])
  const log = told.flatMap((report) => report.log?.split('\n') ?? [])
  assert.deepEqual([log[0], log[1], log.at(-1)], ['first', 'line 0', '… 302 lines are left out'])
  assert.ok(told.every((report) => (report.log?.length ?? 0) <= 4_000))
})
