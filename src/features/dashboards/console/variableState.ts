import type { Variable } from './queries.ts'
import { allValues } from './variables.ts'

/** A variable as the bar shows it. */
export interface VariableState {
  variable: Variable
  options: string[]
  /** What counts now. */
  values: string[]
  isLoading: boolean
  error: Error | null
}

/** What was chosen stays choosable when it is no longer among the values there are. */
export const allKnownOptions = (options: readonly string[], chosen: readonly string[]): string[] => [
  ...new Set([...options, ...chosen.filter((value) => value !== allValues)]),
]
