// `node scripts/screenshots.ts [folder]`: every page with sample data, dark and light, wide and narrow, into the folder,
// and five minutes after its start, when its charts are full, the overview into docs/screenshot.png.
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { open, narrow, setTheme, settled, startWorld, wide } from '../test/support/browser.ts'
import { places } from '../test/browser/rows.ts'
import { startServers } from './servers.ts'

const folder = resolve(process.argv[2] ?? 'screenshots')
const documented = resolve('docs/screenshot.png')
const outside = ['/login', '/register', '/setup']

const servers = await startServers(['Chromium'])
Object.assign(process.env, servers.env)
if (servers.missing.length > 0) throw new Error(servers.missing.join('\n'))

const chartedMs = 5 * 60_000

const world = await startWorld({
  MIKTOS_DEMO: 'true',
  MIKTOS_REGISTRATION: 'approval',
  // A machine that takes pictures is busy.
  MIKTOS_HEALTH_CPU_PERCENT_MAX: '100',
})
const startedAt = Date.now()
await mkdir(folder, { recursive: true })
await mkdir('docs', { recursive: true })
const page = await world.admin.newPage()

const all = [...(await places(world.admin, world.server.url)), ...outside.map((path) => ({ path, address: path }))]
for (const { path, address } of all) {
  await page.setViewportSize(wide)
  await open(page, address)
  for (const size of [wide, narrow]) {
    await page.setViewportSize(size)
    for (const theme of ['dark', 'light'] as const) {
      if (outside.includes(path)) {
        await page.evaluate((wanted) => localStorage.setItem('miktos.preferences', `{"theme":"${wanted}"}`), theme)
        await page.reload()
        await settled(page)
      } else await setTheme(page, theme)
      await settled(page)
      await page.screenshot({ path: join(folder, `${nameOf(path)}-${size.width}-${theme}.png`) })
    }
  }
  console.log(address)
}
console.log('waiting until the charts of the overview are full')
await page.setViewportSize(wide)
await page.evaluate(() => localStorage.removeItem('miktos.preferences'))
await open(page, '/?range=5m')
await page.getByRole('button', { name: 'Hide' }).click()
await delay(Math.max(0, startedAt + chartedMs - Date.now()))
await page.getByText(/of [\d,]+ in a minute/).waitFor()
await page.screenshot({ path: documented })
console.log(documented)
await world.stop()
await servers.stop()

/** `/users/$id/$tab` → `users-id-tab` */
function nameOf(path: string): string {
  return path.replaceAll('$', '').split('/').filter(Boolean).join('-') || 'overview'
}
