/** Label sets seen before, by their encoded bytes; bounded, and safe to throw away at any time. */
export class LabelSets {
  readonly bytesMax: number

  constructor(bytesMax = 64 * 1024 * 1024) {
    this.bytesMax = bytesMax
  }
}
