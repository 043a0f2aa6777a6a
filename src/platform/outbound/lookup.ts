import { lookup } from 'node:dns/promises'
import { slotsGate } from '../telemetry/admission.ts'

/** All addresses of a name, in the order in which to try them. */
export type Lookup = (name: string) => Promise<string[]>

/**
 * Names are asked for by threads that files and passwords need as well. Where a resolver does not answer, no more
 * of them than this wait for it.
 */
const atOnce = 2
const waitingMax = 1_000
const gate = slotsGate(atOnce, waitingMax)

/** As this machine resolves names: with its own list of hosts, and with services of its network. */
export const systemLookup: Lookup = (name) =>
  gate.run(async () => (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address))
