/** Notes what of a dashboard has no counterpart here. */
export type Report = (where: string, what: string) => void
