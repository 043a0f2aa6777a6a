import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { Registry } from 'prom-client'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { registerGpus } from './gpu.ts'

const path = process.env['PATH']!
after(() => void (process.env['PATH'] = path))

/** Puts a program of the name on the PATH, in the place of one that this machine may have. */
function onPath(script: string): void {
  const bin = join(temporaryFolder(), 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'nvidia-smi'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(bin, 'nvidia-smi'), 0o755)
  process.env['PATH'] = `${bin}${delimiter}${path}`
}

const unexpected = (error: unknown): void => assert.fail(String(error))

describe('GPUs', () => {
  test('are told with what each of them measures', async () => {
    onPath(`case "$*" in
      *--query-gpu=index,uuid,*--format=csv,noheader,nounits*) ;;
      *) exit 2 ;;
    esac
    echo '0, GPU-aaaa, 37, 1024, 81920, 54, 213.50, NVIDIA A100-SXM4-80GB'
    echo '1, GPU-bbbb, [N/A], 0, 16384, 41, [Not Supported], Tesla, T4'`)
    const registry = new Registry()
    assert.equal(await registerGpus(registry, unexpected), true)
    const text = await registry.metrics()
    const first = '{gpu="0",hw_id="GPU-aaaa",hw_name="NVIDIA A100-SXM4-80GB"}'
    for (const line of [
      `hw_gpu_utilization_ratio${first} 0.37`,
      `hw_gpu_memory_usage_bytes${first} 1073741824`,
      `hw_gpu_memory_limit_bytes${first} 85899345920`,
      `hw_temperature_celsius${first} 54`,
      `hw_power_watts${first} 213.5`,
      'hw_temperature_celsius{gpu="1",hw_id="GPU-bbbb",hw_name="Tesla, T4"} 41',
    ])
      assert.ok(text.includes(`\n${line}\n`), `${line} in\n${text}`)
    assert.doesNotMatch(text, /(utilization_ratio|power_watts)\{gpu="1"/)
  })

  test('are absent without the program, and where it finds none', async () => {
    const registry = new Registry()
    assert.equal(await registerGpus(registry, unexpected, 'no-such-program'), false)
    onPath('echo "NVIDIA-SMI has failed because it could not communicate with the driver"; exit 9')
    assert.equal(await registerGpus(registry, unexpected), false)
    assert.equal(await registry.metrics(), '\n')
  })

  test('leave a gap while the program fails, which is told', async () => {
    const state = join(temporaryFolder(), 'asked')
    onPath(`[ -e ${state} ] && exit 1; touch ${state}; echo '0, GPU-aaaa, 37, 1024, 81920, 54, 213.50, A100'`)
    const registry = new Registry()
    const failures: unknown[] = []
    assert.equal(await registerGpus(registry, (error) => failures.push(error)), true)
    assert.doesNotMatch(await registry.metrics(), /hw_power_watts\{/)
    assert.equal(failures.length, 1)
  })
})
