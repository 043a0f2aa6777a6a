import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../test/support/port.ts'
import { prometheusProgram } from '../../test/support/prometheus.ts'
import { remoteWrite } from '../../test/support/remoteWrite.ts'
import { launchServer } from '../../test/support/server.ts'
import { until } from '../../test/support/until.ts'

/**
 * Processor time that evaluating alert rules takes, beside Prometheus with the same rules over the same samples at the
 * same time. What both need without rules is measured first and taken off.
 * `MIKTOS_TEST_PROMETHEUS=prometheus node bench/alerts/main.ts [rules] [seconds]`
 */
const [rulesCount, seconds] = [Number(process.argv[2] ?? 1_000), Number(process.argv[3] ?? 60)]
const intervalSeconds = 15
const settleSeconds = 20

/** Thresholds on one series, rates by a label, and ratios: in the mix that rule files have. One in 100 fires. */
const expressionOf = (index: number): string => {
  const host = `host-${index % 500}`
  if (index % 4 === 0) return `rate(bench_requests_total{host="${host}"}[1m]) > ${index % 100 === 0 ? 0 : 1e9}`
  if (index % 4 === 1) return `bench_load{host="${host}"} > 1e9`
  if (index % 4 === 2) return `sum by (host) (rate(bench_requests_total{host="${host}"}[2m])) > 1e9`
  return `bench_load{host="${host}"} / bench_limit{host="${host}"} > 1e9`
}

const rulesYaml = (): string =>
  JSON.stringify({
    groups: Array.from({ length: Math.ceil(rulesCount / 50) }, (_, group) => ({
      name: `group-${group}`,
      interval: `${intervalSeconds}s`,
      rules: Array.from({ length: 50 }, (_unused, index) => ({
        alert: `Rule${group * 50 + index}`,
        expr: expressionOf(group * 50 + index),
        for: '1m',
        labels: { severity: 'warning' },
        annotations: { summary: '{{ $labels.host }} is beyond it' },
      })).slice(0, rulesCount - group * 50),
    })),
  })

/** Seconds of processor time so far, of all threads. Linux counts in hundredths. */
function cpuSeconds({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const folder = mkdtempSync(join(tmpdir(), 'miktos-bench-'))
const children: ChildProcess[] = []
try {
  await run()
} finally {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}

async function run(): Promise<void> {
  const prometheus = await startPrometheus()
  const miktos = await startMiktos()
  const writing = sendSamples([prometheus.write, miktos.write])
  await delay(settleSeconds * 1_000)
  const without = await measure(prometheus.child, miktos.child)
  prometheus.setRules(rulesYaml())
  await miktos.setRules(rulesYaml())
  await delay(settleSeconds * 1_000)
  const evaluatedBefore = await miktos.evaluations()
  const withRules = await measure(prometheus.child, miktos.child)
  const evaluated = (await miktos.evaluations()) - evaluatedBefore
  writing.stop()
  const [theirs, ours] = [withRules[0] - without[0], withRules[1] - without[1]]
  const each = (cpu: number): string => `${((cpu * 1e6) / (rulesCount * (seconds / intervalSeconds))).toFixed(0)} us`
  console.log(`${rulesCount} rules every ${intervalSeconds} s, for ${seconds} s; Miktos evaluated ${evaluated} times`)
  console.log(
    `without rules: Prometheus ${without[0].toFixed(2)} s, Miktos ${without[1].toFixed(2)} s of processor time`,
  )
  console.log(
    `for the rules: Prometheus ${theirs.toFixed(2)} s (${each(theirs)} each), Miktos ${ours.toFixed(2)} s (${each(ours)} each)`,
  )
  console.log(`ratio ${(ours / theirs).toFixed(2)}`)
}

async function measure(...processes: ChildProcess[]): Promise<number[] & { 0: number; 1: number }> {
  const before = processes.map(cpuSeconds)
  await delay(seconds * 1_000)
  return processes.map((child, index) => cpuSeconds(child) - before[index]!) as [number, number]
}

async function startPrometheus() {
  const config = join(folder, 'prometheus.yml')
  const rules = join(folder, 'rules.yml')
  writeFileSync(rules, 'groups: []\n')
  writeFileSync(config, `rule_files: [${JSON.stringify(rules)}]\n`)
  const url = `http://127.0.0.1:${await freePort()}`
  const child = spawn(
    prometheusProgram() ?? 'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--web.enable-remote-write-receiver',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  children.push(child)
  const ready = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  await until('Prometheus is ready', ready, 60_000)
  return {
    child,
    write: (series: Parameters<typeof remoteWrite>[1]) => remoteWrite(`${url}/api/v1/write`, series),
    setRules: (yaml: string): void => {
      writeFileSync(rules, yaml)
      child.kill('SIGHUP')
    },
  }
}

async function startMiktos() {
  const server = await launchServer(
    { dataDir: mkdtempSync(join(folder, 'miktos-')), env: { MIKTOS_METRICS_INTERVAL_SECONDS: '0' } },
    (child) => children.push(child),
  )
  let token = await server.login()
  const authorization = () => ({ authorization: `Bearer ${token}` })
  return {
    child: server.process,
    write: (series: Parameters<typeof remoteWrite>[1]) =>
      remoteWrite(`${server.url}/prometheus/api/v1/write`, series, token),
    setRules: async (yaml: string): Promise<void> => {
      token = await server.login()
      const reply = await fetch(`${server.url}/api/v1/alerts/import`, {
        method: 'POST',
        headers: { ...authorization(), 'content-type': 'application/json' },
        body: JSON.stringify({ yaml }),
      })
      if (!reply.ok) throw new Error(await reply.text())
    },
    evaluations: async (): Promise<number> => {
      const text = await (await fetch(`${server.url}/metrics`)).text()
      return Number(/miktos_rule_evaluation_duration_seconds_count\{type="promql"\} (\d+)/.exec(text)?.[1] ?? 0)
    },
  }
}

/** 500 hosts with three series each, every five seconds. */
function sendSamples(targets: readonly ((series: Parameters<typeof remoteWrite>[1]) => Promise<void>)[]) {
  let count = 0
  const send = (): void => {
    count += 1
    const at = Float64Array.of(Date.now())
    const series = Array.from({ length: 500 }, (_, host) =>
      [
        ['bench_load', host % 100],
        ['bench_limit', 100],
        ['bench_requests_total', count * (host + 1)],
      ].map(([name, value]) => ({
        labels: { __name__: String(name), host: `host-${host}`, job: 'bench' },
        timestamps: at,
        values: Float64Array.of(Number(value)),
      })),
    ).flat()
    for (const write of targets) write(series).catch((error: unknown) => console.error(String(error)))
  }
  const timer = setInterval(send, 5_000)
  send()
  return { stop: () => clearInterval(timer) }
}
