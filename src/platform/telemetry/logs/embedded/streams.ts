import { crc32 } from 'node:zlib'
import { labelsKey, type Labels } from '../../labels.ts'
import { serviceOf } from '../service.ts'

/** A label set that lines belong to. */
export interface Stream {
  /** Its place in `Streams`; holds as long as the process. */
  index: number
  labels: Labels
  service: string
  /** Of the labels; part of the ids of its lines. */
  crc: number
}

/** Every stream that was met, once. */
export class Streams {
  readonly #byKey = new Map<string, Stream>()
  readonly #all: Stream[] = []

  intern(labels: Labels): Stream {
    const key = labelsKey(labels)
    const known = this.#byKey.get(key)
    if (known) return known
    const stream = { index: this.#all.length, labels, service: serviceOf(labels), crc: crc32(key) }
    this.#byKey.set(key, stream)
    this.#all.push(stream)
    return stream
  }

  at(index: number): Stream {
    return this.#all[index]!
  }

  get count(): number {
    return this.#all.length
  }
}
