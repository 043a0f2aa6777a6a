import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pb, safeNext } from './paths.ts'

describe('the path builder', () => {
  it('gives these addresses', () => {
    const id = 'a/b c'
    const addresses = {
      overview: pb.overview(),
      logs: pb.logs(),
      explore: pb.explore(),
      dashboards: pb.dashboards(),
      dashboardNew: pb.dashboardNew(),
      dashboardImport: pb.dashboardImport(),
      dashboard: pb.dashboard('a/b'),
      dashboardEdit: pb.dashboardEdit('api-metrics'),
      alerts: pb.alerts(),
      alertRules: pb.alerts('rules'),
      alert: pb.alert(id),
      alertRuleNew: pb.alertRuleNew(),
      alertRulesImport: pb.alertRulesImport(),
      alertRule: pb.alertRule(id),
      silenceNew: pb.silenceNew(),
      silenceEdit: pb.silenceEdit(id),
      channelNew: pb.channelNew(),
      channelEdit: pb.channelEdit(id),
      policiesImport: pb.policiesImport(),
      policyNew: pb.policyNew(),
      policyEdit: pb.policyEdit(id),
      activity: pb.activity(),
      activityUsers: pb.activity('users'),
      userActivity: pb.userActivity(id),
      projects: pb.projects(),
      projectNew: pb.projectNew(),
      projectEdit: pb.projectEdit(id),
      project: pb.project(id),
      sessions: pb.sessions(),
      sessionNew: pb.sessionNew(),
      session: pb.session(id),
      runners: pb.runners(),
      commands: pb.commands(),
      commandNew: pb.commandNew(),
      command: pb.command(id),
      users: pb.users(),
      userNew: pb.userNew(),
      user: pb.user(id),
      userSessions: pb.user(id, 'sessions'),
      userEdit: pb.userEdit(id),
      roles: pb.roles(),
      roleNew: pb.roleNew(),
      roleEdit: pb.roleEdit(id),
      apiKeys: pb.apiKeys(),
      apiKeyNew: pb.apiKeyNew(),
      audit: pb.audit(),
      processes: pb.processes(),
      settings: pb.settings(),
      settingsSection: pb.settings('system'),
      me: pb.me(),
      mySecurity: pb.me('security'),
      login: pb.login(),
      register: pb.register(),
      setup: pb.setup(),
    }
    assert.deepEqual(addresses, {
      overview: '/',
      logs: '/logs',
      explore: '/explore',
      dashboards: '/dashboards',
      dashboardNew: '/dashboards-new',
      dashboardImport: '/dashboards-import',
      dashboard: '/dashboards/a%2Fb',
      dashboardEdit: '/dashboards/api-metrics/edit',
      alerts: '/alerts',
      alertRules: '/alerts/rules',
      alert: '/alerts/firing/a%2Fb%20c',
      alertRuleNew: '/alerts/rules-new',
      alertRulesImport: '/alerts/rules-import',
      alertRule: '/alerts/rules/a%2Fb%20c',
      silenceNew: '/alerts/silences-new',
      silenceEdit: '/alerts/silences/a%2Fb%20c/edit',
      channelNew: '/alerts/channels-new',
      channelEdit: '/alerts/channels/a%2Fb%20c/edit',
      policiesImport: '/alerts/policies-import',
      policyNew: '/alerts/policies-new',
      policyEdit: '/alerts/policies/a%2Fb%20c/edit',
      activity: '/activity',
      activityUsers: '/activity/users',
      userActivity: '/activity/users/a%2Fb%20c',
      projects: '/projects',
      projectNew: '/projects-new',
      projectEdit: '/projects/a%2Fb%20c/edit',
      project: '/projects/a%2Fb%20c',
      sessions: '/sessions',
      sessionNew: '/sessions-new',
      session: '/sessions/a%2Fb%20c',
      runners: '/runners',
      commands: '/commands',
      commandNew: '/commands-new',
      command: '/commands/a%2Fb%20c',
      users: '/users',
      userNew: '/users-new',
      user: '/users/a%2Fb%20c/profile',
      userSessions: '/users/a%2Fb%20c/sessions',
      userEdit: '/users/a%2Fb%20c/edit',
      roles: '/roles',
      roleNew: '/roles-new',
      roleEdit: '/roles/a%2Fb%20c/edit',
      apiKeys: '/api-keys',
      apiKeyNew: '/api-keys-new',
      audit: '/audit',
      processes: '/processes',
      settings: '/settings',
      settingsSection: '/settings/system',
      me: '/me/profile',
      mySecurity: '/me/security',
      login: '/login',
      register: '/register',
      setup: '/setup',
    })
  })
})

describe('where a login goes on', () => {
  it('is the page that was asked for', () => {
    assert.equal(safeNext('/users?state=pending'), '/users?state=pending')
  })
  it('is never somebody else’s address', () => {
    for (const next of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      'javascript:alert(1)',
      '',
      undefined,
      7,
    ]) {
      assert.equal(safeNext(next), '/', String(next))
    }
  })
  it('is not the login page again', () => {
    for (const next of ['/login', '/login?next=/login', '/setup?token=x', '/register'])
      assert.equal(safeNext(next), '/', next)
  })
})
