import { iso } from '#kernel/time.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { alertsEndpoints } from './contract.ts'
import { preview } from './evaluation/preview/preview.ts'
import { figures } from './figures.ts'
import { acknowledgeAlert, noteAlert, resolveAlert } from './life/act.ts'
import { activeAlerts, alertHistory, firingAlerts } from './lists.ts'
import { createRule, deleteRule, updateRule } from './rules/change.ts'
import { checkRule } from './rules/check.ts'
import { hearHeartbeat } from './rules/heartbeat.ts'
import { importRules } from './rules/import.ts'
import { ruleFrom } from './rules/input.ts'
import { allRules } from './rules/known.ts'
import { yamlOf } from './rules/yaml.ts'
import { textsOf } from './texts.ts'
import { alertDetail, alertViewOf, ruleViewOf, ruleViews, type Evaluations } from './view.ts'

type Handled = Handlers<typeof alertsEndpoints>

export function alertHandlers(evaluations: Evaluations): Handled {
  return {
    rules: async (ctx) => {
      const rules = await ruleViews(ctx.db, await allRules(ctx.db), evaluations, ctx.now())
      const newest = Math.max(0, ...rules.map(({ evaluated_at }) => (evaluated_at ? Date.parse(evaluated_at) : 0)))
      return { rules, evaluated_at: newest === 0 ? null : iso(newest), total: rules.length }
    },
    create: async (ctx, { body }) => ruleViewOf(ctx.db, await createRule(ctx, body), evaluations, ctx.now()),
    metrics: () => ({ metrics: Object.entries(figures).map(([metric, figure]) => ({ metric, ...figure })) }),
    preview: async (ctx, { body }) => {
      const rule = ruleFrom({ name: 'preview', ...body.rule }, null)
      checkRule(ctx, rule)
      return preview(ctx, rule, body.hours, ctx.incoming.signal)
    },
    texts: (_ctx, { body }) => textsOf(body),
    exportRules: async (ctx) => yamlOf(await allRules(ctx.db)),
    importRules: (ctx, { body }) => importRules(ctx, body),
    active: (ctx, { query }) => activeAlerts(ctx.db, query, ctx.now()),
    history: (ctx, { query }) => alertHistory(ctx.db, query, ctx.now()),
    activeAlert: (ctx, { params }) => alertDetail(ctx.db, params.alert_id, ctx.now()),
    acknowledge: async (ctx, { params, body }) => {
      await acknowledgeAlert(ctx, params.alert_id, body?.note)
      return alertViewOf(ctx.db, params.alert_id, ctx.now())
    },
    resolve: async (ctx, { params, body }) => {
      await resolveAlert(ctx, params.alert_id, body?.note)
      return alertViewOf(ctx.db, params.alert_id, ctx.now())
    },
    addNote: async (ctx, { params, body }) => {
      await noteAlert(ctx, params.alert_id, body.note)
      return alertViewOf(ctx.db, params.alert_id, ctx.now())
    },
    heartbeat: async (ctx, { params }) => {
      await hearHeartbeat(ctx, params.rule_id)
      return { success: true, message: 'Heard' }
    },
    firing: (ctx) => firingAlerts(ctx.db),
    get: (ctx, { params }) => ruleViewOf(ctx.db, params.rule_id, evaluations, ctx.now()),
    update: async (ctx, { params, body }) => {
      await updateRule(ctx, params.rule_id, body)
      return ruleViewOf(ctx.db, params.rule_id, evaluations, ctx.now())
    },
    remove: async (ctx, { params }) => {
      await deleteRule(ctx, params.rule_id)
      return { success: true, message: 'Alert rule deleted' }
    },
  }
}
