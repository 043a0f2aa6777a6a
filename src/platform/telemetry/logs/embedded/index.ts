export { openEmbeddedLogs, type EmbeddedLogs, type EmbeddedLogsOptions } from './embedded.ts'
