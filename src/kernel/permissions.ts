/**
 * The vocabulary of rights. `area:verb` acts on everything in the area; the verb `own` acts only on
 * what the caller owns. The list is closed, so a misspelt permission does not compile.
 */
export const permissions = {
  'dashboard:read': 'See the overview, health and statistics',
  'dashboards:write': 'Create and edit dashboards',
  'users:read': 'List users and their sessions',
  'users:write': 'Create, edit, approve and disable users, reset passwords',
  'users:delete': 'Delete users',
  'roles:read': 'See roles and what they allow',
  'roles:write': 'Create and edit roles',
  'roles:delete': 'Delete custom roles',
  'api-keys:own': 'Create, rotate and revoke own API keys',
  'api-keys:read': "See everybody's API keys",
  'api-keys:delete': "Revoke anybody's API keys",
  'audit:read': 'Read, verify and export the audit log',
  'activity:own': 'See own activity',
  'activity:read': "See everybody's activity",
  'system:read': 'See processes, resources and component health',
  'system:write': 'Stop and restart server processes, clear caches',
  'system:configure': 'Back up and restore',
  'settings:read': 'See every setting, its value and its source',
  'settings:configure': 'Change settings',
  'metrics:read': 'Query and scrape metrics',
  'metrics:write': 'Send metrics',
  'logs:read': 'Search logs',
  'logs:write': 'Send logs',
  'projects:own': 'Create and manage own projects and their messages',
  'projects:read': "See everybody's projects and messages",
  'projects:write': "Edit everybody's projects and messages",
  'projects:delete': "Delete everybody's projects",
  'servers:read': 'See GPU servers',
  'servers:write': 'Add and remove GPU servers',
  'containers:own': 'Start and stop own containers',
  'containers:read': 'See all containers',
  'containers:write': 'Start, stop and restart all containers',
  'images:read': 'See images',
  'images:build': 'Build images',
  'images:delete': 'Delete images',
  'terminal:write': 'Open a terminal',
  'alerts:read': 'See alerts and rules',
  'alerts:write': 'Acknowledge, silence and edit alerts',
  'sessions:read': 'See automation sessions',
  'sessions:write': 'Start and control automation sessions',
  'commands:read': 'See commands and their output',
  'commands:write': 'Run commands',
  'commands:approve': 'Agree to commands of others that need it',
  'runners:write': 'Connect as a runner, which takes sessions and carries out commands',
  'models:read': 'See models',
  'models:write': 'Switch and version models',
  'usage:own': 'See own usage and cost',
  'usage:read': "See everybody's usage and cost",
} as const

export type Permission = keyof typeof permissions

export const allPermissions = Object.keys(permissions) as Permission[]

export const isPermission = (text: string): text is Permission => Object.hasOwn(permissions, text)

const withVerbs = (...verbs: string[]): Permission[] =>
  allPermissions.filter((permission) => verbs.includes(permission.split(':')[1]!))

const own = withVerbs('own')
const except = (list: Permission[], ...areas: string[]): Permission[] =>
  list.filter((permission) => !areas.includes(permission.split(':')[0]!))

/** Bundles every installation starts with; an administrator may edit all but `admin`. */
export const builtinRoles: Record<string, { description: string; permissions: Permission[] }> = {
  admin: { description: 'Everything', permissions: allPermissions },
  operator: {
    description: 'Runs the machines: reads everything, acts on everything, configures nothing',
    permissions: [
      ...except(withVerbs('read', 'write', 'build', 'approve'), 'roles', 'users', 'terminal'),
      'users:read',
      'roles:read',
      ...own,
    ],
  },
  developer: {
    description: 'Reads logs, metrics and dashboards, builds images, does not act on containers',
    permissions: [
      ...new Set<Permission>([
        ...except(withVerbs('read'), 'users', 'roles', 'audit', 'settings', 'api-keys', 'usage', 'activity'),
        'images:build',
        'dashboards:write',
        'metrics:write',
        'logs:write',
        ...except(own, 'containers'),
      ]),
    ],
  },
  qvp: {
    description: 'Sees dashboards and GPU servers and builds images',
    permissions: [
      'dashboard:read',
      'servers:read',
      'containers:read',
      'images:read',
      'images:build',
      'metrics:read',
      'alerts:read',
      ...own,
    ],
  },
  user: { description: 'Manages what is their own', permissions: own },
  viewer: {
    description: 'Reads dashboards and changes nothing',
    permissions: [
      'dashboard:read',
      'metrics:read',
      'servers:read',
      'containers:read',
      'alerts:read',
      'sessions:read',
      'models:read',
      'usage:read',
      'activity:own',
    ],
  },
}

const verbAliases: Record<string, string[]> = {
  read: ['read', 'own'],
  write: ['write', 'build'],
  delete: ['delete'],
  configure: ['configure'],
}

const nameAliases: Record<string, Permission[]> = {
  manage_users: ['users:read', 'users:write', 'users:delete'],
  view_servers: ['servers:read'],
  delete_image: ['images:delete'],
  build_images: ['images:build'],
  view_dashboard: ['dashboard:read'],
}

/**
 * What a name given by a person or another system stands for: a permission itself, `*`, `area:*`,
 * a bare verb (`read`, `write`, `delete`, `configure`: that verb in every area), or one of the
 * names `manage_users`, `view_servers`, `delete_image`, `build_images`, `view_dashboard`.
 * Undefined when it stands for nothing.
 */
export function expandPermission(name: string): Permission[] | undefined {
  if (isPermission(name)) return [name]
  if (name === '*' || name === '*:*') return allPermissions
  if (Object.hasOwn(verbAliases, name)) return withVerbs(...verbAliases[name]!)
  if (Object.hasOwn(nameAliases, name)) return nameAliases[name]
  const [area, verb] = name.split(':')
  const inArea = verb === '*' ? allPermissions.filter((permission) => permission.startsWith(`${area}:`)) : []
  return inArea.length > 0 ? inArea : undefined
}
