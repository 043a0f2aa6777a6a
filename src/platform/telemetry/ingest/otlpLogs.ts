import type { Long } from 'protobufjs'
import { labelsKey, type Labels } from '../labels.ts'
import type { LogEntry, LogStream } from '../logs/logs.ts'
import type { IngestCaps } from './caps.ts'
import type { BodyHead, DecodedLogs } from './decoded.ts'
import { Entries } from './entries.ts'
import { severityOfLevel, severityOfOtel } from './level.ts'
import {
  attributePairs,
  isJson,
  longNs,
  readOtlp,
  valueText,
  type AnyValue,
  type KeyValue,
  type Resource,
  type Scope,
} from './otlp.ts'
import { labelNameOf } from './otlpNames.ts'
import { streamLabels } from './streamLabels.ts'

interface LogsRequest {
  resourceLogs: { resource: Resource | null; scopeLogs: { scope: Scope | null; logRecords: LogRecord[] }[] }[]
}

interface LogRecord {
  timeUnixNano: Long
  observedTimeUnixNano: Long
  severityNumber: number
  severityText: string
  body: AnyValue | null
  attributes: KeyValue[]
  flags: number
  traceId: Uint8Array
  spanId: Uint8Array
  eventName: string
}

/** Loki's choice of resource attributes that become labels of the stream; all others go with every line. */
const indexed = new Set([
  'cloud.availability_zone',
  'cloud.region',
  'container.name',
  'deployment.environment',
  'deployment.environment.name',
  'k8s.cluster.name',
  'k8s.container.name',
  'k8s.cronjob.name',
  'k8s.daemonset.name',
  'k8s.deployment.name',
  'k8s.job.name',
  'k8s.namespace.name',
  'k8s.pod.name',
  'k8s.replicaset.name',
  'k8s.statefulset.name',
  'service.instance.id',
  'service.name',
  'service.namespace',
])

/**
 * OpenTelemetry's logs, mapped as Loki maps them: chosen resource attributes are labels, everything else goes with the
 * line as structured metadata; the time of observation is kept only where the record has no other.
 * @throws AppError
 */
export async function decodeOtlpLogs(body: Uint8Array, head: BodyHead, caps: IngestCaps): Promise<DecodedLogs> {
  const request = (await readOtlp('ExportLogsServiceRequest', body, head, caps)) as LogsRequest
  const entries = new Entries(caps, head.receivedMs)
  const idText = isJson(head.contentType) ? idTextOfJson : idTextOfBytes
  for (const { resource, scopeLogs } of request.resourceLogs) {
    const lines = scopeLogs.reduce((sum, { logRecords }) => sum + logRecords.length, 0)
    entries.count(lines)
    const { labels, metadata } = splitResource(attributePairs(resource?.attributes ?? []))
    const known = streamLabels(labels, caps, entries.rejections, lines)
    if (known) addScopes(entries, entries.stream(labelsKey(known), known), metadata, scopeLogs)
  }
  return { streams: entries.list(), rejected: entries.rejections.list() }

  function addScopes(
    entries: Entries,
    stream: LogStream,
    shared: Pair[],
    scopes: { scope: Scope | null; logRecords: LogRecord[] }[],
  ): void {
    for (const { scope, logRecords } of scopes) {
      const common = [...shared, ...scopePairs(scope)]
      for (const record of logRecords) entries.add(stream, entryOf(record, common, head.receivedMs, idText))
    }
  }
}

type Pair = [name: string, value: string]

function splitResource(pairs: Pair[]): { labels: Pair[]; metadata: Pair[] } {
  const labels = new Map<string, string>()
  const metadata: Pair[] = []
  for (const [name, value] of pairs) {
    if (indexed.has(name)) labels.set(labelNameOf(name), value)
    else metadata.push([labelNameOf(name), value])
  }
  if (!labels.get('service_name')) labels.set('service_name', 'unknown_service')
  return { labels: [...labels], metadata }
}

function scopePairs(scope: Scope | null): Pair[] {
  if (!scope) return []
  const attributes = attributePairs(scope.attributes).map(([name, value]): Pair => [labelNameOf(name), value])
  return [['scope_name', scope.name], ['scope_version', scope.version], ...attributes]
}

function entryOf(record: LogRecord, common: Pair[], receivedMs: number, idText: IdText): LogEntry {
  const severity = severityOfOtel(record.severityNumber) || severityOfLevel(record.severityText)
  return {
    timestampNs: longNs(record.timeUnixNano) || longNs(record.observedTimeUnixNano) || BigInt(receivedMs) * 1_000_000n,
    line: valueText(record.body),
    metadata: metadataOf(record, common, idText),
    ...(severity > 0 && { severity }),
  }
}

function metadataOf(record: LogRecord, common: Pair[], idText: IdText): Labels {
  const pairs: Pair[] = [
    ...common,
    ...attributePairs(record.attributes).map(([name, value]): Pair => [labelNameOf(name), value]),
    ['severity_text', record.severityText],
    ['severity_number', record.severityNumber === 0 ? '' : String(record.severityNumber)],
    ['trace_id', idText(record.traceId, 32)],
    ['span_id', idText(record.spanId, 16)],
    ['flags', record.flags === 0 ? '' : String(record.flags)],
    ['event_name', record.eventName],
  ]
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''))
}

/** An id in hex; empty where none was sent, or one that is not valid. */
type IdText = (bytes: Uint8Array, digits: number) => string

const validId = (text: string, digits: number): string =>
  text.length === digits && /^[\da-f]+$/.test(text) && /[^0]/.test(text) ? text : ''

const idTextOfBytes: IdText = (bytes, digits) => validId(Buffer.from(bytes).toString('hex'), digits)

/** OpenTelemetry's JSON has hex where protobuf's JSON has base64; what was read as the latter is written back. */
const idTextOfJson: IdText = (bytes, digits) => validId(Buffer.from(bytes).toString('base64').toLowerCase(), digits)
