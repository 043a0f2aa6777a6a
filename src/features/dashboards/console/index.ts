// What the pages of other features use.
export { AddToDashboard } from './AddToDashboard.tsx'
export { newPanel, type LoosePanel } from './newPanel.ts'
