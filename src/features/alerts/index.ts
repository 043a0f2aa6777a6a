export { alertStates, severities, type Alert, type AlertState, type Severity } from './alert.ts'
export { alertOf } from './store.ts'
