import { Link } from '@tanstack/react-router'
import { FileClock } from 'lucide-react'
import { formatNumber } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { CodeBlock } from '#console/ui/CodeBlock.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import type { Setting } from './queries.ts'
import { SourceMark } from './SourceMark.tsx'
import { valueText } from './valueText.ts'

/** All that is known of one setting, and every way to set it. */
export function SettingDetails({ setting }: { setting: Setting }) {
  const {
    key,
    description,
    secret,
    set,
    value,
    default: initial,
    default_text,
    locked_reason,
    flag,
    env,
    aliases,
  } = setting
  const allowed = allowedText(setting)
  const seesAudit = useCan()('audit:read').ok
  return (
    <div className="flex flex-col gap-5">
      <p>{description}.</p>
      <Facts
        facts={[
          ['Value', secret ? (set ? 'set, never shown' : 'not set') : valueText(setting, value)],
          ['Default', default_text ?? (secret ? 'none' : valueText(setting, initial))],
          ...(allowed ? [['Allowed', allowed] as [string, string]] : []),
          ['Source', <SourceMark key="source" setting={setting} drafted={false} />],
          ['Here', locked_reason ?? 'Can be changed, and takes effect at once'],
        ]}
      />
      <section aria-labelledby="setting-ways">
        <h3 id="setting-ways" className="mb-1 text-sm font-medium text-muted">
          Ways to set it, strongest first
        </h3>
        <CodeBlock
          what="ways to set it"
          code={[
            ...(flag ? [`miktos serve ${flag} …`] : []),
            `${env}=…`,
            ...(secret ? [`${env}_FILE=/run/secrets/…`] : []),
            ...aliases.map((alias) => `${alias}=…`),
            `# miktos.yaml\n${key}: …`,
          ].join('\n')}
        />
      </section>
      {seesAudit && (
        <Link
          to={pb.audit()}
          search={{ action: 'settings.', q: key }}
          className="inline-flex items-center gap-2 self-start rounded-sm text-link hover:underline"
        >
          <FileClock size={14} aria-hidden="true" />
          Audit: who changed it
        </Link>
      )}
    </div>
  )
}

function allowedText({ options, minimum, maximum }: Setting): string | undefined {
  if (options) return options.join(', ')
  return minimum === null || maximum === null ? undefined : `${formatNumber(minimum)} to ${formatNumber(maximum)}`
}
