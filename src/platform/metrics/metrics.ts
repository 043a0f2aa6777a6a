import { Gauge, Registry } from 'prom-client'
import { secondMs } from '#kernel/time.ts'
import type { FinishedRequest } from '../http/server.ts'
import { machineCpu, processCpu, type CpuMeter } from './cpu.ts'
import { sampleHistory, type History } from './history.ts'
import { requestObserver } from './http.ts'
import { registerMachine } from './machineMetrics.ts'
import { queryObserver, systemOf, type QueryObserver } from './queries.ts'
import type { Sample, SampleSource } from './sample.ts'
import { rollingWindow, type RollingWindow } from './window.ts'

/** What this server knows of its own load. */
export interface Metrics {
  /** Where every part registers what it counts; all of it stands in the exposition. */
  registry: Registry
  /** HTTP requests of the last five minutes. */
  requests: RollingWindow
  /** Database queries of the last five minutes. */
  queries: RollingWindow
  /** Samples of the last hour. */
  history: History
  observeRequest(request: FinishedRequest): void
  /** Measures the queries of the database whose URL this is. */
  queryObserver: QueryObserver
  /** Processors of the machine, 0 to 100. */
  machineCpu: CpuMeter
  /** This process, 100 for each processor it keeps busy. */
  processCpu: CpuMeter
  /** Adds figures to every sample. */
  sampleFrom(source: SampleSource): void
  sample(): Promise<Sample>
}

interface MetricsOptions {
  version: string
  databaseUrl: string
  dataDir: string
  now: () => number
}

/** Shortest time between two samples; while nobody looks it is twice as long. */
export const sampleEveryMs = 2.5 * secondMs

export function createMetrics({ version, databaseUrl, dataDir, now }: MetricsOptions): Metrics {
  const registry = new Registry()
  const requests = rollingWindow(now())
  const queries = rollingWindow(Date.now())
  const sources: SampleSource[] = []
  const metrics: Metrics = {
    registry,
    requests,
    queries,
    history: sampleHistory(sampleEveryMs),
    observeRequest: requestObserver(registry, requests),
    queryObserver: queryObserver(registry, queries, systemOf(databaseUrl)),
    machineCpu: machineCpu(),
    processCpu: processCpu(),
    sampleFrom: (source) => void sources.push(source),
    sample: async () => Object.assign({}, ...(await Promise.all(sources.map((source) => source())))) as Sample,
  }
  registerBuild(registry, version)
  registerMachine(metrics, dataDir)
  return metrics
}

function registerBuild(registry: Registry, version: string): void {
  new Gauge({
    name: 'miktos_build_info',
    help: 'Always 1; the labels say what is running',
    labelNames: ['version', 'node_version'],
    registers: [registry],
  }).set({ version, node_version: process.version }, 1)
}
