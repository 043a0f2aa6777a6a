import { secondMs } from '#kernel/time.ts'
import type { Platform, Stop } from '../platform.ts'
import { monitorEventLoop } from './eventLoop.ts'
import { disk, memory, percentOf, transfers, type Transfers } from './machine.ts'
import { sampleEveryMs } from './metrics.ts'
import type { Sample } from './sample.ts'

/**
 * Takes samples into the history: every 2.5 s, each handed to `publish`, while `watched` says that
 * somebody looks; every 5 s otherwise.
 */
export function startSampling(
  platform: Platform,
  watched: () => boolean,
  publish: (at: number, sample: Sample) => void,
): Stop {
  const { metrics, now } = platform
  const eventLoop = monitorEventLoop()
  metrics.sampleFrom(machineSource(platform))
  metrics.sampleFrom(async () => ({ event_loop_delay: eventLoop.longestPauseMs() }))
  metrics.sampleFrom(async () => trafficSample(platform))
  let skipped = true
  let running = false

  const tick = async (): Promise<void> => {
    const looked = watched()
    skipped = !looked && !skipped
    // A disk that does not answer holds up one sample, not one more every time.
    if (skipped || running) return
    running = true
    const sample = await metrics.sample().finally(() => (running = false))
    const at = now()
    metrics.history.push(at, sample)
    if (looked) publish(at, sample)
  }
  const run = (): void => {
    tick().catch((error: unknown) =>
      platform.log.child({ component: 'metrics' }).warn({ err: error }, 'no sample was taken'),
    )
  }
  const timer = setInterval(run, sampleEveryMs)
  run()
  return () => {
    clearInterval(timer)
    eventLoop.stop()
  }
}

function machineSource({ metrics, config }: Platform): () => Promise<Sample> {
  let before: { atMs: number; moved: Transfers } | undefined
  return async () => {
    const { usedBytes, totalBytes } = memory()
    const [{ percent }, moved] = await Promise.all([disk(config.get('data_dir')), transfers()])
    const now = { atMs: performance.now(), moved }
    const rates = before ? ratesBetween(before, now) : {}
    before = now
    return {
      cpu_usage: metrics.machineCpu(),
      memory_usage: percentOf(usedBytes, totalBytes),
      disk_usage: percent,
      process_cpu: metrics.processCpu(),
      process_memory: process.memoryUsage.rss(),
      ...rates,
    }
  }
}

function ratesBetween(before: { atMs: number; moved: Transfers }, now: { atMs: number; moved: Transfers }): Sample {
  const seconds = (now.atMs - before.atMs) / secondMs
  const rate = (key: keyof Transfers): number => Math.max(0, now.moved[key] - before.moved[key]) / seconds
  return {
    disk_read: rate('diskReadBytes'),
    disk_write: rate('diskWrittenBytes'),
    network_receive: rate('receivedBytes'),
    network_transmit: rate('transmittedBytes'),
  }
}

/** What the last seconds brought; without requests there is no response time, and the chart has a gap. */
function trafficSample({ metrics: { requests, queries }, now }: Platform): Sample {
  const { per_second, failed_ratio, p50_ms, p95_ms } = requests.figures(now(), 2 * sampleEveryMs)
  const database = queries.figures(Date.now(), 2 * sampleEveryMs)
  return {
    requests_per_second: per_second,
    error_rate: failed_ratio * 100,
    ...(p50_ms !== null && { response_time_p50: p50_ms }),
    ...(p95_ms !== null && { response_time_p95: p95_ms }),
    ...(database.p95_ms !== null && { database_time_p95: database.p95_ms }),
  }
}
