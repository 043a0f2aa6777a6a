/** Where one is among earlier lines. */
export interface Place {
  /** 0 is the newest; -1 is what is being typed. */
  at: number
  /** What was typed before the first step back. */
  draft: string
}

export const atDraft: Place = { at: -1, draft: '' }

/** Each line once, where it was used last. */
export const distinct = (lines: readonly string[]): string[] => [...new Set(lines)]

/** One step back (1) or forth (-1) through lines, newest first; undefined where there is none. */
export function stepped(
  lines: readonly string[],
  { at, draft }: Place,
  by: 1 | -1,
  typed: string,
): { place: Place; line: string } | undefined {
  const next = at + by
  if (next < -1 || next >= lines.length) return undefined
  const kept = at === -1 ? typed : draft
  return { place: { at: next, draft: kept }, line: next === -1 ? kept : lines[next]! }
}
