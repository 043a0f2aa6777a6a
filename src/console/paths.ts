const segment = (text: string): string => encodeURIComponent(text)

type AlertsTab = 'rules' | 'history' | 'silences' | 'channels' | 'policies' | 'deliveries'

/** Every address of the console. Nothing else spells one, so that a rename or a prefix is one change. */
export const pb = {
  overview: () => '/',
  shortLink: (id: string) => `/s/${segment(id)}`,
  logs: () => '/logs',
  explore: () => '/explore',
  dashboards: () => '/dashboards',
  dashboardNew: () => '/dashboards-new',
  dashboardImport: () => '/dashboards-import',
  dashboard: (id: string) => `/dashboards/${segment(id)}`,
  dashboardEdit: (id: string) => `/dashboards/${segment(id)}/edit`,
  alerts: (tab?: AlertsTab) => (tab ? `/alerts/${tab}` : '/alerts'),
  alert: (id: string) => `/alerts/firing/${segment(id)}`,
  /** `about`: what it is to watch, where that is known. */
  alertRuleNew: (about?: { kind: 'promql' | 'logs'; query: string }) =>
    about ? `/alerts/rules-new?kind=${about.kind}&q=${segment(about.query)}` : '/alerts/rules-new',
  alertRulesImport: () => '/alerts/rules-import',
  alertRule: (id: string) => `/alerts/rules/${segment(id)}`,
  silenceNew: () => '/alerts/silences-new',
  silenceEdit: (id: string) => `/alerts/silences/${segment(id)}/edit`,
  channelNew: () => '/alerts/channels-new',
  channelEdit: (id: string) => `/alerts/channels/${segment(id)}/edit`,
  policiesImport: () => '/alerts/policies-import',
  policyNew: () => '/alerts/policies-new',
  policyEdit: (id: string) => `/alerts/policies/${segment(id)}/edit`,
  activity: (tab?: 'users' | 'endpoints' | 'logins' | 'resources') => (tab ? `/activity/${tab}` : '/activity'),
  userActivity: (id: string) => `/activity/users/${segment(id)}`,
  projects: () => '/projects',
  projectNew: () => '/projects-new',
  projectEdit: (id: string) => `/projects/${segment(id)}/edit`,
  project: (id: string) => `/projects/${segment(id)}`,
  sessions: () => '/sessions',
  sessionNew: () => '/sessions-new',
  session: (id: string) => `/sessions/${segment(id)}`,
  runners: () => '/runners',
  commands: () => '/commands',
  commandNew: () => '/commands-new',
  command: (id: string) => `/commands/${segment(id)}`,
  users: () => '/users',
  userNew: () => '/users-new',
  user: (id: string, tab: 'profile' | 'sessions' | 'keys' | 'activity' = 'profile') => `/users/${segment(id)}/${tab}`,
  userEdit: (id: string) => `/users/${segment(id)}/edit`,
  roles: () => '/roles',
  roleNew: () => '/roles-new',
  roleEdit: (name: string) => `/roles/${segment(name)}/edit`,
  apiKeys: () => '/api-keys',
  apiKeyNew: () => '/api-keys-new',
  audit: () => '/audit',
  processes: () => '/processes',
  settings: (section?: string) => (section ? `/settings/${segment(section)}` : '/settings'),
  me: (tab: 'profile' | 'security' | 'keys' | 'sessions' | 'activity' | 'preferences' = 'profile') => `/me/${tab}`,
  login: () => '/login',
  register: () => '/register',
  setup: () => '/setup',
} as const

/** Where to go after a login: a path of this console and never an address of somebody else. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !/^\/(?!\/)[^\\\p{Cc}]*$/u.test(next)) return pb.overview()
  return /^\/(login|setup|register)(?:[/?#]|$)/.test(next) ? pb.overview() : next
}
