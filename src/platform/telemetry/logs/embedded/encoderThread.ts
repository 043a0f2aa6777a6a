import { parentPort } from 'node:worker_threads'
import { encodeBlock, type EncodedBlock, type RawBlock } from './encode.ts'

export interface EncoderAnswer {
  encoded: EncodedBlock
  /** Where the text stood. */
  memory: ArrayBuffer
}

const port = parentPort!
port.on('message', (block: RawBlock) => {
  const answer: EncoderAnswer = { encoded: encodeBlock(block), memory: block.text.buffer }
  port.postMessage(answer, [answer.memory])
})
