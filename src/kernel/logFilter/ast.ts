/** Where a part stands in the text, as positions of characters. */
export interface Place {
  from: number
  to: number
}

/** One part of a filter; what it says about a line. */
export type FilterTerm = Place &
  (
    | { kind: 'and' | 'or'; of: FilterTerm[] }
    | { kind: 'not'; of: FilterTerm }
    /** A text in the line, in any case. A phrase is written in quotes. */
    | { kind: 'word' | 'phrase'; text: string }
    /** RE2 syntax. */
    | { kind: 'expression'; pattern: string }
    /** One of the levels, in whatever spelling. */
    | { kind: 'level'; levels: string[] }
    | { kind: 'service'; services: string[] }
    /** A label of the stream. */
    | { kind: 'label'; name: string; values: string[] }
    | { kind: 'field'; name: string; test: FieldTest }
  )

export type FieldTest =
  | { op: '='; values: string[] }
  | { op: '>' | '>=' | '<' | '<='; value: string }
  /** Both ends belong to it. */
  | { op: 'range'; low: string; high: string }
  | { op: '=~'; pattern: string }

/** Text that is no filter: `message` says what would be right, and the place where. */
export class LogFilterError extends Error {
  readonly from: number
  readonly to: number

  constructor({ from, to }: Place, message: string) {
    super(message)
    this.name = 'LogFilterError'
    this.from = from
    this.to = to
  }
}
