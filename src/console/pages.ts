import {
  Activity,
  Bell,
  Cable,
  ChartSpline,
  CircleUserRound,
  Cpu,
  FileClock,
  FolderKanban,
  HeartPulse,
  KeyRound,
  LayoutDashboard,
  LayoutGrid,
  MonitorSmartphone,
  ScrollText,
  Settings,
  ShieldCheck,
  ShieldUser,
  SlidersHorizontal,
  UsersRound,
  type LucideIcon,
} from 'lucide-react'
import type { FunctionComponent } from 'react'
import type { Permission } from '#kernel/permissions.ts'
import { pb } from './paths.ts'

/** Groups of the navigation in the order they are shown; '' stands above all without a heading. */
export const navGroups = ['', 'Observe', 'Infrastructure', 'AI', 'Automation', 'Usage', 'Admin'] as const

type Load = () => Promise<{ default: FunctionComponent }>

export interface Page {
  /** As the router takes it: `/users/$id/$tab`. */
  path: string
  /** In the browser's title, the breadcrumb and the palette. */
  title: string
  load: Load
  /** Of several any one will do. Who has none is refused and does not see the navigation item. */
  permission?: Permission | readonly Permission[]
  /** Path of the page above this one, for the breadcrumb. */
  parent?: string
  /** Stands in the navigation; `bottom` puts it into the bar of a phone too. */
  nav?: { group: (typeof navGroups)[number]; bottom?: boolean }
  icon?: LucideIcon
  /** The letter after `g`. */
  chord?: string
  /** Other words by which the palette finds it. */
  keywords?: string
  /** What opens over this page and has an address of its own; the page says where by `<Outlet />`. */
  panels?: { path: string; title: string; load: Load; permission?: Permission | readonly Permission[] }[]
}

/** Every page inside the shell, in the order of the navigation. */
export const pages: Page[] = [
  {
    path: pb.overview(),
    title: 'Overview',
    load: () => import('#features/overview/console/OverviewPage.tsx'),
    permission: 'dashboard:read',
    nav: { group: '', bottom: true },
    icon: LayoutDashboard,
    chord: 'o',
    keywords: 'home dashboard health traffic requests latency',
  },
  {
    path: pb.logs(),
    title: 'Logs',
    load: () => import('#features/logs/console/LogsPage.tsx'),
    permission: 'logs:read',
    nav: { group: 'Observe', bottom: true },
    icon: ScrollText,
    chord: 'l',
    keywords: 'lines search live tail errors follow export',
  },
  {
    path: pb.explore(),
    title: 'Metrics',
    load: () => import('#features/metrics/console/ExplorePage.tsx'),
    permission: 'metrics:read',
    nav: { group: 'Observe' },
    icon: ChartSpline,
    chord: 'e',
    keywords: 'explore promql query graph prometheus series',
  },
  {
    path: pb.dashboards(),
    title: 'Dashboards',
    load: () => import('#features/dashboards/console/DashboardsPage.tsx'),
    permission: 'metrics:read',
    nav: { group: 'Observe' },
    icon: LayoutGrid,
    chord: 'd',
    keywords: 'boards panels charts grafana import',
    panels: [
      {
        path: pb.dashboardNew(),
        title: 'New dashboard',
        load: () => import('#features/dashboards/console/NewDashboardPanel.tsx'),
        permission: 'dashboards:write',
      },
      {
        path: pb.dashboardImport(),
        title: 'Import a dashboard',
        load: () => import('#features/dashboards/console/ImportPanel.tsx'),
        permission: 'dashboards:write',
      },
    ],
  },
  {
    path: '/dashboards/$id',
    title: 'Dashboard',
    load: () => import('#features/dashboards/console/BoardPage.tsx'),
    permission: 'metrics:read',
    parent: pb.dashboards(),
  },
  {
    path: '/dashboards/$id/edit',
    title: 'Edit dashboard',
    load: () => import('#features/dashboards/console/EditBoardPage.tsx'),
    permission: 'dashboards:write',
    parent: pb.dashboards(),
  },
  {
    path: pb.alerts(),
    title: 'Alerts',
    load: () => import('#features/alerts/console/AlertsPage.tsx'),
    permission: 'alerts:read',
    nav: { group: 'Observe', bottom: true },
    icon: Bell,
    chord: 'a',
    keywords: 'firing acknowledge incidents on call',
  },
  {
    path: '/alerts/firing/$id',
    title: 'Alert',
    load: () => import('#features/alerts/console/AlertPage.tsx'),
    permission: 'alerts:read',
    parent: pb.alerts(),
  },
  {
    path: pb.alerts('rules'),
    title: 'Alert rules',
    load: () => import('#features/alerts/console/RulesPage.tsx'),
    permission: 'alerts:read',
    parent: pb.alerts(),
    icon: Bell,
    keywords: 'thresholds promql heartbeat import export yaml',
    panels: [
      {
        path: pb.alertRulesImport(),
        title: 'Import rules',
        load: () => import('#features/alerts/console/ImportRulesPanel.tsx'),
        permission: 'alerts:write',
      },
    ],
  },
  {
    path: pb.alertRuleNew(),
    title: 'New rule',
    load: () => import('#features/alerts/console/NewRulePage.tsx'),
    permission: 'alerts:write',
    parent: pb.alerts('rules'),
    keywords: 'create alert',
  },
  {
    path: '/alerts/rules/$id',
    title: 'Rule',
    load: () => import('#features/alerts/console/RulePage.tsx'),
    permission: 'alerts:read',
    parent: pb.alerts('rules'),
  },
  {
    path: pb.alerts('history'),
    title: 'Alert history',
    load: () => import('#features/alerts/console/HistoryPage.tsx'),
    permission: 'alerts:read',
    parent: pb.alerts(),
    keywords: 'resolved past incidents',
  },
  {
    path: pb.alerts('silences'),
    title: 'Silences',
    load: () => import('#features/notifications/console/SilencesPage.tsx'),
    permission: 'alerts:read',
    parent: pb.alerts(),
    keywords: 'mute maintenance',
    panels: [
      {
        path: pb.silenceNew(),
        title: 'New silence',
        load: () => import('#features/notifications/console/NewSilencePanel.tsx'),
        permission: 'alerts:write',
      },
      {
        path: '/alerts/silences/$id/edit',
        title: 'Change silence',
        load: () => import('#features/notifications/console/EditSilencePanel.tsx'),
        permission: 'alerts:write',
      },
    ],
  },
  {
    path: pb.alerts('channels'),
    title: 'Channels',
    load: () => import('#features/notifications/console/ChannelsPage.tsx'),
    permission: 'alerts:read',
    parent: pb.alerts(),
    keywords: 'e-mail slack sms webhook pagerduty notifications test',
    panels: [
      {
        path: pb.channelNew(),
        title: 'New channel',
        load: () => import('#features/notifications/console/NewChannelPanel.tsx'),
        permission: 'alerts:write',
      },
      {
        path: '/alerts/channels/$id/edit',
        title: 'Change channel',
        load: () => import('#features/notifications/console/EditChannelPanel.tsx'),
        permission: 'alerts:write',
      },
    ],
  },
  {
    path: pb.alerts('policies'),
    title: 'Policies',
    load: () => import('#features/notifications/console/PoliciesPage.tsx'),
    permission: 'alerts:read',
    parent: pb.alerts(),
    keywords: 'routes escalation on call quiet hours simulate',
    panels: [
      {
        path: pb.policyNew(),
        title: 'New policy',
        load: () => import('#features/notifications/console/NewPolicyPanel.tsx'),
        permission: 'alerts:write',
      },
      {
        path: '/alerts/policies/$id/edit',
        title: 'Change policy',
        load: () => import('#features/notifications/console/EditPolicyPanel.tsx'),
        permission: 'alerts:write',
      },
    ],
  },
  {
    path: pb.alerts('deliveries'),
    title: 'Deliveries',
    load: () => import('#features/notifications/console/DeliveriesPage.tsx'),
    permission: 'alerts:read',
    parent: pb.alerts(),
    keywords: 'notifications sent failed replay dead letter',
  },
  {
    path: pb.projects(),
    title: 'Projects',
    load: () => import('#features/projects/console/ProjectsPage.tsx'),
    permission: ['projects:own', 'projects:read'],
    nav: { group: 'AI' },
    icon: FolderKanban,
    chord: 'j',
    keywords: 'messages conversations pending processing completed',
    panels: [
      {
        path: pb.projectNew(),
        title: 'New project',
        load: () => import('#features/projects/console/NewProjectPanel.tsx'),
        permission: 'projects:own',
      },
    ],
  },
  {
    path: '/projects/$id',
    title: 'Project',
    load: () => import('#features/projects/console/ProjectPage.tsx'),
    permission: ['projects:own', 'projects:read'],
    parent: pb.projects(),
    panels: [
      {
        path: '/projects/$id/edit',
        title: 'Edit project',
        load: () => import('#features/projects/console/EditProjectPanel.tsx'),
        permission: ['projects:own', 'projects:write'],
      },
    ],
  },
  {
    path: pb.activity(),
    title: 'Activity',
    load: () => import('#features/activity/console/ActivityPage.tsx'),
    permission: 'activity:read',
    nav: { group: 'Admin' },
    icon: Activity,
    chord: 't',
    keywords: 'traffic requests trends active users',
  },
  {
    path: pb.activity('users'),
    title: 'Activity by user',
    load: () => import('#features/activity/console/ActivityUsersPage.tsx'),
    permission: 'activity:read',
    parent: pb.activity(),
    keywords: 'ranking most active',
  },
  {
    path: '/activity/users/$id',
    title: 'Timeline',
    load: () => import('#features/activity/console/UserTimelinePage.tsx'),
    permission: 'activity:read',
    parent: pb.activity('users'),
  },
  {
    path: pb.activity('endpoints'),
    title: 'Activity by endpoint',
    load: () => import('#features/activity/console/ActivityEndpointsPage.tsx'),
    permission: 'activity:read',
    parent: pb.activity(),
    keywords: 'routes latency errors popularity',
  },
  {
    path: pb.activity('logins'),
    title: 'Logins',
    load: () => import('#features/activity/console/ActivityLoginsPage.tsx'),
    permission: 'activity:read',
    parent: pb.activity(),
    keywords: 'failed attempts addresses heatmap',
  },
  {
    path: pb.activity('resources'),
    title: 'Consumption',
    load: () => import('#features/activity/console/ActivityResourcesPage.tsx'),
    permission: 'activity:read',
    parent: pb.activity(),
    keywords: 'resources usage capacity projects',
  },
  {
    path: pb.processes(),
    title: 'Processes',
    load: () => import('#features/processes/console/ProcessesPage.tsx'),
    permission: 'system:read',
    nav: { group: 'Admin' },
    icon: Cpu,
    chord: 'p',
    keywords: 'server stop restart drain pid uptime',
  },
  {
    path: pb.settings('system'),
    title: 'System',
    load: () => import('#features/system/console/SystemPage.tsx'),
    permission: 'system:read',
    parent: pb.settings(),
    icon: HeartPulse,
    keywords: 'health database cache maintenance components',
  },
  {
    path: pb.settings('sources'),
    title: 'Sources',
    load: () => import('#features/collection/console/SourcesPage.tsx'),
    permission: ['logs:read', 'metrics:read'],
    parent: pb.settings(),
    icon: Cable,
    keywords: 'collect files docker journal scrape targets exporters prometheus',
  },
  {
    path: pb.users(),
    title: 'Users',
    load: () => import('#features/users/console/UsersPage.tsx'),
    permission: 'users:read',
    nav: { group: 'Admin' },
    icon: UsersRound,
    chord: 'u',
    keywords: 'people accounts approve pending invite password',
    panels: [
      {
        path: pb.userNew(),
        title: 'Create user',
        load: () => import('#features/users/console/NewUserPanel.tsx'),
        permission: 'users:write',
      },
      {
        path: '/users/$id/edit',
        title: 'Edit user',
        load: () => import('#features/users/console/EditUserPanel.tsx'),
        permission: 'users:write',
      },
    ],
  },
  {
    path: '/users/$id/$tab',
    title: 'User',
    load: () => import('#features/users/console/UserPage.tsx'),
    permission: 'users:read',
    parent: pb.users(),
  },
  {
    path: pb.roles(),
    title: 'Roles',
    load: () => import('#features/roles/console/RolesPage.tsx'),
    permission: ['roles:read', 'users:read'],
    nav: { group: 'Admin' },
    icon: ShieldUser,
    keywords: 'permissions rights matrix',
    panels: [
      {
        path: pb.roleNew(),
        title: 'Create role',
        load: () => import('#features/roles/console/NewRolePanel.tsx'),
        permission: 'roles:write',
      },
      {
        path: '/roles/$name/edit',
        title: 'Edit role',
        load: () => import('#features/roles/console/EditRolePanel.tsx'),
        permission: 'roles:write',
      },
    ],
  },
  {
    path: pb.apiKeys(),
    title: 'API keys',
    load: () => import('#features/api-keys/console/ApiKeysPage.tsx'),
    permission: ['api-keys:own', 'api-keys:read'],
    nav: { group: 'Admin' },
    icon: KeyRound,
    chord: 'k',
    keywords: 'token secret bearer rotate revoke',
    panels: [
      {
        path: pb.apiKeyNew(),
        title: 'Create API key',
        load: () => import('#features/api-keys/console/NewKeyPanel.tsx'),
        permission: 'api-keys:own',
      },
    ],
  },
  {
    path: pb.audit(),
    title: 'Audit log',
    load: () => import('#features/audit/console/AuditPage.tsx'),
    permission: 'audit:read',
    nav: { group: 'Admin' },
    icon: FileClock,
    keywords: 'history changes who did what verify tamper export',
  },
  {
    path: pb.settings(),
    title: 'Settings',
    load: () => import('#features/settings/console/SettingsPage.tsx'),
    permission: 'settings:read',
    nav: { group: 'Admin' },
    icon: Settings,
    chord: ',',
    keywords: 'configuration environment flags limits retention allow list',
  },
  {
    path: '/settings/$section',
    title: 'Settings',
    load: () => import('#features/settings/console/SettingsPage.tsx'),
    permission: 'settings:read',
    parent: pb.settings(),
  },
  {
    path: pb.me('profile'),
    title: 'Profile',
    load: () => import('#features/auth/console/ProfilePage.tsx'),
    icon: CircleUserRound,
    keywords: 'username e-mail account me',
  },
  {
    path: pb.me('security'),
    title: 'Security',
    load: () => import('#features/mfa/console/SecurityPage.tsx'),
    icon: ShieldCheck,
    keywords: 'password second factor mfa totp authenticator recovery codes',
  },
  {
    path: pb.me('keys'),
    title: 'My API keys',
    load: () => import('#features/api-keys/console/MyKeysPage.tsx'),
    permission: 'api-keys:own',
    icon: KeyRound,
  },
  {
    path: pb.me('sessions'),
    title: 'Sessions',
    load: () => import('#features/auth/console/SessionsPage.tsx'),
    icon: MonitorSmartphone,
    keywords: 'devices logged in end',
  },
  {
    path: pb.me('activity'),
    title: 'My activity',
    load: () => import('#features/activity/console/MyActivityPage.tsx'),
    permission: 'activity:own',
    icon: Activity,
    keywords: 'timeline logins calls',
  },
  {
    path: pb.me('preferences'),
    title: 'Preferences',
    load: () => import('./shell/PreferencesPage.tsx'),
    icon: SlidersHorizontal,
    keywords: 'theme dark light density shortcuts time zone utc',
  },
]
