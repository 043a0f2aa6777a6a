import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labelLines, labelsFrom } from './labelLines.ts'

test('labels are written one a line, and read again', () => {
  const labels = { env: 'prod', site: 'a=b c' }
  assert.equal(labelLines(labels), 'env=prod\nsite=a=b c')
  assert.deepEqual(labelsFrom(`\n ${labelLines(labels)} \n\n`), { labels, wrong: undefined })
  assert.deepEqual(labelsFrom(''), { labels: {}, wrong: undefined })
})

test('the first line that is no label is told', () => {
  for (const line of ['env', '=prod', 'my-env=prod', 'env='])
    assert.deepEqual(labelsFrom(`site=far\n${line}`), { labels: { site: 'far' }, wrong: line })
})
