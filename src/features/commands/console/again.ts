import { pb } from '#console/paths.ts'
import type { Command } from './queries.ts'

/** What the form for a command begins with; part of its address. */
export interface Prefilled {
  line: string
  session: string
}

export const runAddress = (prefilled: Partial<Prefilled> = {}): { to: string; search: Record<string, string> } => ({
  to: pb.commandNew(),
  search: Object.fromEntries(Object.entries(prefilled).filter(([, value]) => value !== '')),
})

export const againAddress = ({ command, session_id }: Command): { to: string; search: Record<string, string> } =>
  runAddress({ line: command, ...(session_id !== null && { session: session_id }) })
