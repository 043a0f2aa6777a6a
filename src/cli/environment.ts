/** Variables of the process, as the entry hands them down. */
export type Environment = Readonly<Record<string, string | undefined>>
