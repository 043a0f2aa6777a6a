// What the pages of other features use.
export { HistoryDialog } from './HistoryDialog.tsx'
export { remember } from './savedQueries.ts'
