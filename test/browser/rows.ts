import type { BrowserContext } from 'playwright-core'
import { pages, type Page } from '#console/pages.ts'
import { api } from '../support/browser.ts'
import { until } from '../support/until.ts'
import { connectRunner } from './runner.ts'

/** One address for each path of the registry; what stands in for `$` is found among the sample data. */
export interface Place {
  /** As the registry has it. */
  path: string
  address: string
  /** In the window's title and the breadcrumb: what is shown by name, else the page's own. */
  title: string
  /** Of each list one permission: the page's own, and for a panel those of its page before. */
  needs: readonly (readonly string[])[]
  isPanel: boolean
}

const parameters: Record<string, (context: BrowserContext, url: string) => Promise<string>> = {
  '/dashboards/$id': async () => '/dashboards/miktos',
  '/dashboards/$id/edit': dashboardEditAddress,
  '/alerts/firing/$id': alertAddress,
  '/alerts/rules/$id': async () => '/alerts/rules/cpu-usage',
  '/alerts/silences/$id/edit': silenceEditAddress,
  '/alerts/channels/$id/edit': async (context, url) => `/alerts/channels/${await channelId(context, url, 'Chat')}/edit`,
  '/alerts/policies/$id/edit': policyEditAddress,
  '/projects/$id': projectAddress,
  '/projects/$id/edit': async (context, url) => `${await projectAddress(context, url)}/edit`,
  '/activity/users/$id': async (context, url) => `/activity/users/${await userId(context, url)}`,
  '/sessions/$id': sessionAddress,
  '/commands/$id': commandAddress,
  '/users/$id/edit': async (context, url) => `/users/${await userId(context, url)}/edit`,
  '/users/$id/$tab': async (context, url) => `/users/${await userId(context, url)}/profile`,
  '/roles/$name/edit': async () => '/roles/operator/edit',
  '/settings/$section': async () => '/settings/network',
}

/** What the addresses above show. */
const names: Record<string, string> = {
  '/dashboards/$id': 'Miktos itself',
  '/dashboards/$id/edit': 'Edit Orders',
  '/alerts/firing/$id': 'Made to fire',
  '/alerts/rules/$id': 'High CPU usage',
  '/projects/$id': 'Support assistant',
  '/sessions/$id': 'Night shift',
  '/commands/$id': 'run backup --fast',
  '/activity/users/$id': 'demo-mara',
  '/users/$id/$tab': 'demo-mara',
  '/settings/$section': 'Network',
}

async function dashboardEditAddress(context: BrowserContext, url: string): Promise<string> {
  const { id } = await api<{ id: string }>(context, url, 'POST', '/dashboards', { board: { title: 'Orders' } })
  return `/dashboards/${id}/edit`
}

/** Fires at once and for good. */
async function alertAddress(context: BrowserContext, url: string): Promise<string> {
  const { id } = await api<{ id: string }>(context, url, 'POST', '/alerts', {
    name: 'Made to fire',
    severity: 'info',
    interval_seconds: 5,
    metric: 'cpu_usage',
    threshold: -1,
  })
  let alertId: string | undefined
  await until('an alert', async () => {
    const { alerts } = await api<{ alerts: { id: string }[] }>(
      context,
      url,
      'GET',
      `/alerts/active?rule_id=${id}&state=firing`,
    )
    alertId = alerts[0]?.id
    return alertId !== undefined
  })
  return `/alerts/firing/${alertId}`
}

async function silenceEditAddress(context: BrowserContext, url: string): Promise<string> {
  const { id } = await api<{ id: string }>(context, url, 'POST', '/notifications/silences', {
    matchers: [{ name: 'alertname', op: '=', value: 'Disk almost full' }],
    ends_at: '2100-01-01T00:00:00.000Z',
    reason: 'The disk is being replaced',
  })
  return `/alerts/silences/${id}/edit`
}

async function channelId(context: BrowserContext, url: string, name: string): Promise<string> {
  const { id } = await api<{ id: string }>(context, url, 'POST', '/notifications/channels', {
    name,
    kind: 'webhook',
    enabled: false,
    config: { url: 'https://hooks.example.com/alerts' },
  })
  return id
}

async function policyEditAddress(context: BrowserContext, url: string): Promise<string> {
  const chat = await channelId(context, url, 'Chat of those on call')
  const { id } = await api<{ id: string }>(context, url, 'POST', '/notifications/policies', {
    name: 'On call',
    steps: [
      { delay_seconds: 0, channels: [chat] },
      { delay_seconds: 600, channels: [chat] },
    ],
    repeat_seconds: 14_400,
    quiet_hours: [{ window: { from: '22:00', to: '07:00' } }],
  })
  return `/alerts/policies/${id}/edit`
}

async function projectAddress(context: BrowserContext, url: string): Promise<string> {
  const { projects } = await api<{ projects: { id: string; name: string }[] }>(
    context,
    url,
    'GET',
    '/projects?q=Support%20assistant',
  )
  return `/projects/${projects[0]!.id}`
}

async function sessionAddress(context: BrowserContext, url: string): Promise<string> {
  const body = { name: 'Night shift', server: 'Basilisk', mode: 'patrol' }
  const { id } = await api<{ id: string }>(context, url, 'POST', '/sessions', body)
  return `/sessions/${id}`
}

/** It waits for a runner that was there and is gone. */
async function commandAddress(context: BrowserContext, url: string): Promise<string> {
  const programs = [{ name: 'backup', description: 'Copies the database' }]
  const runner = await connectRunner(context, url, { name: 'runner-1', programs })
  runner.close()
  const body = { command: 'run backup --fast', runner: 'runner-1', deadline_seconds: 86_400, wait: true }
  const { id } = await api<{ id: string }>(context, url, 'POST', '/commands', body)
  return `/commands/${id}`
}

async function userId(context: BrowserContext, url: string): Promise<string> {
  const users = await api<{ id: string; username: string }[]>(context, url, 'GET', '/admin/users?q=demo-mara')
  return users[0]!.id
}

/** Every page and panel of the registry. Throws for a path with parameters that has no row above. */
export function places(context: BrowserContext, url: string): Promise<Place[]> {
  const all = pages.flatMap((page) => [
    { ...page, needs: [asList(page.permission)], isPanel: false },
    ...(page.panels ?? []).map((panel) => ({
      ...panel,
      needs: [asList(page.permission), asList(panel.permission)],
      isPanel: true,
    })),
  ])
  return Promise.all(
    all.map(async ({ path, title, needs, isPanel }) => {
      const fill = parameters[path] ?? (path.includes('$') ? undefined : async () => path)
      if (!fill) throw new Error(`Write a row for ${path} in test/browser/rows.ts`)
      return { path, address: await fill(context, url), title: names[path] ?? title, needs, isPanel }
    }),
  )
}

const asList = (permission: Page['permission'] = []): readonly string[] => [permission].flat()
