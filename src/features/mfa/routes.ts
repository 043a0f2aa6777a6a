import { isoOrNull } from '#kernel/time.ts'
import { getUser } from '#features/users/index.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { mfaEndpoints } from './contract.ts'
import { confirmTotp, disableMfaOf, disableOwnMfa, enrolTotp, renewRecoveryCodes } from './mfa.ts'
import { countRecoveryCodes } from './store.ts'

export const mfaHandlers: Handlers<typeof mfaEndpoints> = {
  status: async (ctx) => {
    const { id, mfa_enabled_at } = await getUser(ctx.db, ctx.actor.id)
    const recovery_codes_left = await countRecoveryCodes(ctx.db, id)
    return { enabled: mfa_enabled_at !== null, enabled_at: isoOrNull(mfa_enabled_at), recovery_codes_left }
  },
  enrol: async (ctx) => {
    const { secret, otpauthUrl, qrSvgDataUrl } = await enrolTotp(ctx)
    return { secret, otpauth_url: otpauthUrl, qr_svg_data_url: qrSvgDataUrl }
  },
  confirm: async (ctx, { body }) => ({ recovery_codes: await confirmTotp(ctx, body.code) }),
  renewRecoveryCodes: async (ctx) => ({ recovery_codes: await renewRecoveryCodes(ctx) }),
  disable: async (ctx, { body }) => {
    await disableOwnMfa(ctx, body.otp)
    return { success: true, message: 'Second factor removed' }
  },
  disableOf: async (ctx, { params }) => {
    await disableMfaOf(ctx, params.id)
    return { success: true, message: 'Second factor of the user removed' }
  },
}
