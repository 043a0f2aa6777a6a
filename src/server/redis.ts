import type { Platform, Stop } from '#platform/platform.ts'

export async function openRedisPorts(
  _url: string,
  _onError: (error: unknown) => void,
): Promise<{ ports: Pick<Platform, 'cache' | 'limits' | 'events'>; close: Stop }> {
  throw new Error('not here yet')
}
