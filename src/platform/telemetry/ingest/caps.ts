/**
 * What a sender may ask of us; the defaults are Loki's, so that a collector set up for Loki needs no other settings.
 * A body over the first two is refused as a whole (413); whatever else is over its cap is left out and counted.
 */
export interface IngestCaps {
  /** Of a body as it arrives. */
  encodedBytesMax: number
  /** Of a body after decompression; it stops there, however much more is declared. */
  decodedBytesMax: number
  /** Lines or samples in one body. More is refused as a whole (413): senders split their batches. */
  entriesMax: number
  lineBytesMax: number
  /** Structured metadata of one line. */
  metadataEntriesMax: number
  metadataBytesMax: number
  labelNameBytesMax: number
  labelValueBytesMax: number
  labelsPerStreamMax: number
  labelsPerSeriesMax: number
  /** How far ahead of the time of receipt a timestamp may lie. */
  futureMaxMs: number
}

export const defaultCaps: IngestCaps = {
  encodedBytesMax: 16 * 1024 * 1024,
  decodedBytesMax: 64 * 1024 * 1024,
  entriesMax: 200_000,
  lineBytesMax: 256 * 1024,
  metadataEntriesMax: 128,
  metadataBytesMax: 64 * 1024,
  labelNameBytesMax: 1_024,
  labelValueBytesMax: 2_048,
  labelsPerStreamMax: 15,
  labelsPerSeriesMax: 64,
  futureMaxMs: 60 * 60_000,
}
