import { preferences } from '#console/preferences.ts'
import { severities, type Alert } from './queries.ts'
import { soundClaims, type SoundClaims } from './soundClaims.ts'
import { maySound, playTone } from './tone.ts'

let claims: SoundClaims | undefined

/** One short tone for all of them, in one tab, where any is as bad as the person wants to hear of. */
export async function soundFor(alerts: readonly Pick<Alert, 'severity'>[]): Promise<void> {
  const { alertSound } = preferences()
  if (!isHeard(alerts, alertSound) || !maySound()) return
  claims ??= soundClaims()
  if (await claims.claim()) await playTone()
}

/** Whether any is as bad as that, or worse. */
export const isHeard = (alerts: readonly Pick<Alert, 'severity'>[], from: Alert['severity'] | 'off'): boolean =>
  from !== 'off' && alerts.some(({ severity }) => severities.indexOf(severity) <= severities.indexOf(from))
