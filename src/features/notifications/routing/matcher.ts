import * as z from 'zod'

/** One condition on a label, as Alertmanager has it; a label that is absent counts as empty. */
export const Matcher = z.strictObject({
  name: z.string().min(1).max(255),
  op: z.enum(['=', '!=', '=~', '!~']),
  /** Text, or for `=~` and `!~` an expression (RE2) that has to match the whole value. */
  value: z.string().max(1_000),
})
export type Matcher = z.output<typeof Matcher>
