import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Registry } from 'prom-client'
import { secondMs } from '#kernel/time.ts'
import { registerRows, remembered, type Row } from './read.ts'

const run = promisify(execFile)
const timeoutMs = 5 * secondMs
const ageMaxMs = 5 * secondMs
const mebibyte = 1_048_576

// The name stands last: only it may hold commas.
const columns = 'index,uuid,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw,name'
const args = [`--query-gpu=${columns}`, '--format=csv,noheader,nounits']

interface Gpu {
  labels: Record<string, string>
  utilization: number
  usedBytes: number
  limitBytes: number
  celsius: number
  watts: number
}

/**
 * NVIDIA's cards, where its program is; false, and nothing registered, where it is not or finds no card.
 * While it fails later there are gaps, and `onFailure` is told the first time.
 */
export async function registerGpus(
  registry: Registry,
  onFailure: (error: unknown) => void,
  program = 'nvidia-smi',
): Promise<boolean> {
  const ask = async (): Promise<Gpu[]> => gpusOf((await run(program, args, { timeout: timeoutMs })).stdout)
  const found = await ask().catch(() => [])
  if (found.length === 0) return false
  let failing = false
  const read = remembered(async () => {
    try {
      const gpus = await ask()
      failing = false
      return gpus
    } catch (error) {
      if (!failing) onFailure(error)
      failing = true
      return []
    }
  }, ageMaxMs)
  const register = (name: string, help: string, figure: Exclude<keyof Gpu, 'labels'>): void =>
    registerRows(registry, {
      kind: 'gauge',
      name,
      help,
      labels: ['gpu', 'hw_id', 'hw_name'],
      // A card that does not have the sensor says so in words.
      read: async () =>
        (await read()).map((gpu): Row => [gpu.labels, gpu[figure]]).filter(([, value]) => !Number.isNaN(value)),
    })
  register('hw_gpu_utilization_ratio', 'Share of time in which a GPU worked', 'utilization')
  register('hw_gpu_memory_usage_bytes', 'Memory of a GPU in use', 'usedBytes')
  register('hw_gpu_memory_limit_bytes', 'Memory of a GPU', 'limitBytes')
  register('hw_temperature_celsius', 'Temperature of a GPU', 'celsius')
  register('hw_power_watts', 'Power that a GPU draws', 'watts')
  return true
}

const gpusOf = (output: string): Gpu[] =>
  output
    .split('\n')
    .filter((line) => line.includes(', '))
    .map((line) => {
      const [gpu = '', uuid = '', ...rest] = line.split(', ')
      const [utilization, used, total, celsius, watts] = rest.slice(0, 5).map(Number)
      return {
        labels: { gpu, hw_id: uuid, hw_name: rest.slice(5).join(', ').trim() },
        utilization: utilization! / 100,
        usedBytes: used! * mebibyte,
        limitBytes: total! * mebibyte,
        celsius: celsius!,
        watts: watts!,
      }
    })
