import { deviceOf } from '#console/device.ts'

const reasons: Record<string, string> = {
  INVALID_CREDENTIALS: 'wrong name, password or code, or locked',
  ACCOUNT_NOT_ACTIVE: 'the account is pending or disabled',
}

/** Of a login the device, of a failed one the reason. */
export function loginWords(outcome: 'login' | 'login_failed', detail: string | null): string {
  if (outcome === 'login') return deviceOf(detail)
  return reasons[detail ?? ''] ?? detail ?? ''
}
