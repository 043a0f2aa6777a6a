// `node scripts/screenshots.ts [folder]`: every page with sample data, dark and light, wide and narrow, into the folder,
// and the overview into docs/screenshot.png.
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { open, narrow, setTheme, settled, startWorld, wide } from '../test/support/browser.ts'
import { places } from '../test/browser/rows.ts'
import { startServers } from './servers.ts'

const folder = resolve(process.argv[2] ?? 'screenshots')
const documented = resolve('docs/screenshot.png')
const outside = ['/login', '/register', '/setup']

const servers = await startServers(['Chromium'])
Object.assign(process.env, servers.env)
if (servers.missing.length > 0) throw new Error(servers.missing.join('\n'))

const world = await startWorld({ MIKTOS_DEMO: 'true', MIKTOS_REGISTRATION: 'approval' })
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
// Last, when there is something to see in its charts.
await page.setViewportSize(wide)
await page.evaluate(() => localStorage.removeItem('miktos.preferences'))
await open(page, '/?range=5m')
await page.getByText(/of [\d,]+ in a minute/).waitFor()
await page.screenshot({ path: documented })
console.log(documented)
await world.stop()
await servers.stop()

/** `/users/$id/$tab` → `users-id-tab` */
function nameOf(path: string): string {
  return path.replaceAll('$', '').split('/').filter(Boolean).join('-') || 'overview'
}
