/** Groups of the configuration by the section that shows them; '' stands at /settings itself. */
export const groupsBySection: Record<string, string[]> = {
  '': ['server', 'logging'],
  network: ['network'],
  authentication: ['sign-in'],
  limits: ['limits', 'health'],
  data: ['storage', 'retention', 'cache'],
  models: ['models'],
  hosts: ['hosts', 'workspaces'],
}

export const groupTitles: Record<string, string> = {
  server: 'Server',
  network: 'Network',
  storage: 'Storage',
  'sign-in': 'Logging in',
  limits: 'Limits',
  logging: 'Logging',
  retention: 'Retention',
  health: 'Health',
  cache: 'Cache',
  models: 'Models',
  hosts: 'Hosts',
  workspaces: 'Workspaces',
}
