import type { Labels } from '../labels.ts'
import { severityOfLevel, severityOfOtel } from '../ingest/level.ts'

const levelNames = ['level', 'detected_level', 'severity_text', 'severity', 'lvl', 'loglevel', 'log_level'] as const

/** Only so much of a line is looked at for a level. */
const headCharacters = 400

/**
 * The severity of a line that came without one: from its metadata, its stream's labels, then the line itself.
 * 0 where nothing tells. Looks only at the beginning of the line, by position, and parses nothing.
 */
export function detectSeverity(line: string, labels: Labels, metadata?: Labels): number {
  const told = (metadata && severityOfLabels(metadata)) || severityOfLabels(labels)
  return told || severityOfLine(line)
}

/** The severity that labels or metadata name; 0 where they name none. */
export function severityOfLabels(labels: Labels): number {
  const otel = labels['severity_number']
  if (otel) return severityOfOtel(Number(otel))
  for (const name of levelNames) {
    const value = labels[name]
    if (!value) continue
    const severity = name === 'severity' && syslogNumber.test(value) ? ofSyslog(Number(value)) : severityOfLevel(value)
    if (severity) return severity
  }
  return labels['levelno'] ? ofPython(Number(labels['levelno'])) : 0
}

const syslogNumber = /^[0-7]$/
const jsonLevel =
  /"(level|lvl|severity|severity_text|severityText|severity_number|severityNumber|levelno|levelname|log\.level|loglevel|@level)"\s*:\s*(?:"([^"]{1,16})"|(\d{1,3}))/i
const logfmtLevel = /(?:^|[\s,{])(?:level|lvl|severity|loglevel)=\[?"?([A-Za-z]{1,16}|\d{1,2})/i
const syslogPriority = /^<(\d{1,3})>/
const words =
  /(?:^|[\s[(|:<])(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|ERR|CRIT(?:ICAL)?|FATAL|ALERT|EMERG(?:ENCY)?|PANIC|SEVERE|VERBOSE)(?=[\s\]):|,>-]|$)/i
const klog = /^([DIWEF])\d{4} \d\d:\d\d:\d\d/

function severityOfLine(line: string): number {
  const head = line.length > headCharacters ? line.slice(0, headCharacters) : line
  const first = head.charCodeAt(0)
  if (first === 0x7b /* { */) {
    const found =
      jsonLevel.exec(head) ?? (line.length > headCharacters ? jsonLevel.exec(line.slice(-headCharacters)) : null)
    if (found) return ofJson(found[1]!.toLowerCase(), found[2] ?? found[3]!)
    return 0
  }
  if (first === 0x3c /* < */) {
    const priority = syslogPriority.exec(head)
    if (priority) return ofSyslog(Number(priority[1]) & 7)
  }
  const named = logfmtLevel.exec(head)
  if (named) return severityOfLevel(named[1]!)
  const word = words.exec(head)
  // In the middle of a sentence a small "error" is a word like any other; capitals and brackets are a level.
  if (word && (word.index < 80 || word[1] === word[1]!.toUpperCase())) return severityOfLevel(word[1]!)
  const letter = klog.exec(head)
  return letter ? severityOfLevel(letter[1]!) : 0
}

function ofJson(key: string, value: string): number {
  if (key === 'severity_number' || key === 'severitynumber') return severityOfOtel(Number(value))
  if (key === 'levelno') return ofPython(Number(value))
  if (key === 'severity' && syslogNumber.test(value)) return ofSyslog(Number(value))
  return severityOfLevel(value)
}

/** 0 to 2 critical, 3 error, 4 warning, 5 and 6 information, 7 debug. */
const ofSyslog = (number: number): number => [6, 6, 6, 5, 4, 3, 3, 2][number] ?? 0

/** 10 debug, 20 info, 30 warning, 40 error, 50 critical. */
const ofPython = (number: number): number => (number >= 5 ? Math.min(6, Math.floor(number / 10) + 1) : 0)
