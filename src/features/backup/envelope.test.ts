import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { BackupError, seal, unseal } from './envelope.ts'

const passphrase = 'a long phrase kept elsewhere'
/** The real cost would make hundreds of attempts take minutes. */
const cheap = { n: 2, r: 8, p: 1 }
const chunkBytes = 64 * 1024

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const sealed = (plain: Buffer): Promise<Buffer> => buffer(seal(inPieces(plain, 10_000), passphrase, cheap))

const opened = (bytes: Buffer, phrase: string | undefined = passphrase): Promise<Buffer> =>
  buffer(unseal(inPieces(bytes, 7_777), phrase))

const refused = (bytes: Buffer, phrase?: string) => assert.rejects(opened(bytes, phrase), BackupError)

describe('an encrypted backup', () => {
  test('opens to what was sealed, whatever its length', async () => {
    for (const length of [0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes, 300_001]) {
      const plain = randomBytes(length)
      assert.ok(plain.equals(await opened(await sealed(plain))), `${length} bytes`)
    }
  })

  test('is refused with another passphrase and with none', async () => {
    const file = await sealed(Buffer.from('state'))
    await refused(file, 'another phrase of some length')
    await assert.rejects(buffer(unseal(inPieces(file, 100), undefined)), /give its passphrase/)
  })

  test('is refused after any one bit was changed', async () => {
    const file = await sealed(randomBytes(150_000))
    for (let round = 0; round < 300; round++) {
      const damaged = Buffer.from(file)
      const at = round < 150 ? round : Math.floor(Math.random() * file.length)
      damaged[at]! ^= 1 << (round % 8)
      await refused(damaged)
    }
  })

  test('is refused when cut off anywhere, also between two chunks, and when something was added', async () => {
    const file = await sealed(randomBytes(3 * chunkBytes))
    const head = file.indexOf('\n') + 1
    const betweenChunks = [1, 2].map((chunks) => head + chunks * (chunkBytes + 16))
    const anywhere = Array.from({ length: 50 }, () => Math.floor(Math.random() * file.length))
    for (const length of [0, 1, head, ...betweenChunks, file.length - 1, ...anywhere])
      await refused(file.subarray(0, length))
    await refused(Buffer.concat([file, Buffer.of(0)]))
  })

  test('is refused when chunks changed places', async () => {
    const file = await sealed(randomBytes(3 * chunkBytes))
    const head = file.indexOf('\n') + 1
    const size = chunkBytes + 16
    const [first, second, rest] = [
      file.subarray(head, head + size),
      file.subarray(head + size, head + 2 * size),
      file.subarray(head + 2 * size),
    ]
    await refused(Buffer.concat([file.subarray(0, head), second, first, rest]))
  })
})

test('a file that asks for a gigabyte to derive its key is refused', async () => {
  const file = await sealed(Buffer.from('state'))
  const greedy = Buffer.from(file.toString('latin1').replace('"n":2,', '"n":1048576,'), 'latin1')
  await refused(greedy)
})
