import type { InstanceRow } from './store.ts'

type Restarting = Pick<InstanceRow, 'stop_requested_at' | 'stop_turn' | 'stop_peers'>

/**
 * Whether it is the turn of this server to restart: those before it are gone and as many run as
 * before the first went, or each of them had `patienceMs` and did not come back.
 */
export function isTurn(mine: Restarting, running: readonly Restarting[], now: number, patienceMs: number): boolean {
  const { stop_requested_at: requestedAt, stop_turn: turn, stop_peers: peers } = mine
  if (requestedAt === null) return false
  const isWaitedFor = running.some((other) => other.stop_requested_at === requestedAt && other.stop_turn < turn)
  const areBack = !isWaitedFor && running.length >= peers
  return areBack || now - requestedAt > turn * patienceMs
}
