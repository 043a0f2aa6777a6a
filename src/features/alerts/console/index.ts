// What the pages of other features, and the shell, use.
export { AlertsFrame } from './AlertsFrame.tsx'
export { AlertWatch } from './AlertWatch.tsx'
export { MatcherFields } from './MatcherFields.tsx'
export { activeQuery, refreshSilences, severities, type Alert, type Matcher, type Severity, type Silence } from './queries.ts'
export { SilenceForm } from './SilenceForm.tsx'
export { matcherText, secondsOf, severityLevel, severityWords, spanText } from './words.ts'
