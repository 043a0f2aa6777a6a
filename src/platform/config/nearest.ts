import { closest, distance } from 'fastest-levenshtein'

/** `; did you mean "server_port"?`, or nothing where no candidate is near. */
export function didYouMean(written: string, candidates: readonly string[]): string {
  const found = nearest(written, candidates)
  return found === undefined ? '' : `; did you mean "${found}"?`
}

function nearest(written: string, candidates: readonly string[]): string | undefined {
  const near = closest(written, candidates)
  if (distance(written, near) <= Math.max(2, Math.floor(written.length / 4))) return near
  const word = written.replace(/^(MIKTOS_|--)/, '').toLowerCase()
  return candidates.find((candidate) => candidate.toLowerCase().endsWith(`_${word}`) || candidate.endsWith(`-${word}`))
}
