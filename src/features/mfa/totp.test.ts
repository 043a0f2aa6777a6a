import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generateSync } from 'otplib'
import { secretsFrom } from '#platform/secrets.ts'
import { newEnrolment, openTotpSecret, sealTotpSecret, totpStep } from './totp.ts'

/** `12345678901234567890`, the secret of the test vectors. */
const rfcSecret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describe('totpStep', () => {
  test('knows the SHA-1 codes of RFC 6238, appendix B, in their last six digits', async () => {
    const vectors: [number, string][] = [
      [59, '94287082'],
      [1_111_111_109, '07081804'],
      [1_111_111_111, '14050471'],
      [1_234_567_890, '89005924'],
      [2_000_000_000, '69279037'],
      [20_000_000_000, '65353130'],
    ]
    for (const [seconds, digits] of vectors) {
      assert.equal(await totpStep(rfcSecret, digits.slice(2), seconds * 1_000), Math.floor(seconds / 30), digits)
    }
  })

  test('takes the step before and after, and none further away, at any moment of a step', async () => {
    const stepNow = 59_844_960
    for (const intoStepMs of [0, 1, 15_000, 29_999]) {
      for (const offset of [-3, -2, -1, 0, 1, 2, 3]) {
        const code = generateSync({ secret: rfcSecret, epoch: (stepNow + offset) * 30 })
        const step = await totpStep(rfcSecret, code, stepNow * 30_000 + intoStepMs)
        assert.equal(step, Math.abs(offset) <= 1 ? stepNow + offset : undefined, `${offset} steps off`)
      }
    }
  })

  test('takes no other text', async () => {
    const now = 1_795_348_800_000
    const code = generateSync({ secret: rfcSecret, epoch: now / 1_000 })
    for (const text of [
      '',
      '0',
      code.slice(1),
      `${code}0`,
      ` ${code}`,
      `-${code.slice(1)}`,
      'abcdef',
      '１２３４５６',
      '1e5000',
    ]) {
      assert.equal(await totpStep(rfcSecret, text, now), undefined, text)
    }
  })
})

describe('newEnrolment', () => {
  test('makes another secret of 160 bits each time, as text, URL and picture', async () => {
    const { secret, otpauthUrl, qrSvgDataUrl } = await newEnrolment('mara@example.com')
    assert.match(secret, /^[A-Z2-7]{32}$/)
    assert.equal(otpauthUrl, `otpauth://totp/Miktos:mara%40example.com?secret=${secret}&issuer=Miktos`)
    const [head, body] = qrSvgDataUrl.split(',')
    assert.equal(head, 'data:image/svg+xml;base64')
    assert.match(Buffer.from(body!, 'base64').toString(), /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/)
    assert.notEqual((await newEnrolment('mara@example.com')).secret, secret)
  })
})

describe('a sealed secret', () => {
  test('opens for its user and for no other', () => {
    const secrets = secretsFrom('test')
    const sealed = sealTotpSecret(secrets, 'u1', rfcSecret)
    assert.equal(sealed.includes(rfcSecret), false)
    assert.equal(openTotpSecret(secrets, 'u1', sealed), rfcSecret)
    assert.throws(() => openTotpSecret(secrets, 'u2', sealed))
  })
})
