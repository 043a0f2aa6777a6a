export { openEmbeddedLogs, type EmbeddedLogs, type EmbeddedLogsOptions, type LogsHealth } from './embedded.ts'
