import type { RangeAggregation } from './ast.ts'
import type { Grid } from './evaluation.ts'

/** Where in time the samples are put: stretches such that every window is made of whole ones. */
export class Windows {
  readonly baseNs: bigint
  readonly rangeS: number
  readonly count: number
  /** First cell of each step's window, and the one behind its last. */
  readonly from: Int32Array
  readonly to: Int32Array
  readonly #ends: Float64Array
  readonly #isCovered: Uint8Array
  #current = 0

  constructor({ rangeNs, offsetNs }: RangeAggregation, { startNs, stepNs, steps }: Grid) {
    this.baseNs = startNs - BigInt(rangeNs) - BigInt(offsetNs)
    this.rangeS = rangeNs / 1e9
    const edges = new Set<number>()
    for (let step = 0; step < steps; step++) edges.add(step * stepNs).add(step * stepNs + rangeNs)
    const sorted = Float64Array.from(edges).toSorted()
    this.#ends = sorted.subarray(1)
    this.count = this.#ends.length
    this.from = new Int32Array(steps)
    this.to = new Int32Array(steps)
    this.#isCovered = new Uint8Array(this.count)
    const position = new Map(Array.from(sorted, (edge, index) => [edge, index]))
    for (let step = 0; step < steps; step++) {
      this.from[step] = position.get(step * stepNs)!
      this.to[step] = position.get(step * stepNs + rangeNs)!
      this.#isCovered.fill(1, this.from[step], this.to[step])
    }
  }

  /** The cell of a moment; -1 where no window is. Cheap for moments in order. */
  cellAt(timestampNs: bigint): number {
    const at = Number(timestampNs - this.baseNs)
    const ends = this.#ends
    let cell = this.#current
    if (at <= 0 || at > ends[this.count - 1]!) return -1
    if (cell > 0 && at <= ends[cell - 1]!) cell = 0
    while (at > ends[cell]!) cell++
    this.#current = cell
    return this.#isCovered[cell] === 1 ? cell : -1
  }
}
