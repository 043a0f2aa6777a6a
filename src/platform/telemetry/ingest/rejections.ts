import type { Rejection } from '../metrics/metrics.ts'

const exampleMax = 300

/** Counts what is left out of a batch, with one example for each reason. */
export class Rejections {
  readonly #byReason = new Map<Rejection['reason'], Rejection>()

  /** `example` is asked only the first time: a body may have a hundred thousand lines to refuse. */
  add(reason: Rejection['reason'], example: () => string, count = 1): void {
    const known = this.#byReason.get(reason)
    if (known) known.count += count
    else this.#byReason.set(reason, { reason, count, example: shortened(example()) })
  }

  list(): Rejection[] {
    return [...this.#byReason.values()]
  }
}

export const shortened = (text: string): string =>
  text.length <= exampleMax ? text : `${text.slice(0, exampleMax).toWellFormed()}…`
