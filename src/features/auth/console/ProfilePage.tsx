import { meQuery, useMe } from '#console/me.ts'
import { call } from '#console/client.ts'
import { formatNumber } from '#console/format.ts'
import { queryClient } from '#console/queryClient.ts'
import { MeTabs } from '#console/shell/MeTabs.tsx'
import { Badge } from '#console/ui/Badge.tsx'
import { Card } from '#console/ui/Card.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Status } from '#console/ui/Status.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'

export default function ProfilePage() {
  return (
    <>
      <PageHeader title="Profile" lead="How others see you, and where messages for you go." />
      <MeTabs />
      <div className="grid max-w-4xl items-start gap-4 lg:grid-cols-2">
        <AccountCard />
        <RightsCard />
      </div>
    </>
  )
}

function AccountCard() {
  const { user } = useMe()
  return (
    <Card title="Account">
      <Form onSubmit={save}>
        <TextField
          name="username"
          label="Username"
          defaultValue={user.username}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          hint="You can log in with it, or with the e-mail address."
        />
        <TextField
          name="email"
          label="E-mail address"
          type="email"
          defaultValue={user.email ?? ''}
          autoComplete="email"
        />
        <FormActions>
          <Submit>Save profile</Submit>
        </FormActions>
      </Form>
    </Card>
  )
}

async function save(values: FormValues): Promise<void> {
  await call('PUT /me', { body: { email: values.text('email').trim(), username: values.text('username').trim() } })
  await queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
  toastDone('Profile saved')
}

function RightsCard() {
  const { user, permissions } = useMe()
  return (
    <Card title="What you may do">
      <Facts
        facts={[
          ['Role', <Badge key="role">{user.role}</Badge>],
          ['Second factor', <SecondFactor key="mfa" on={user.mfa_enabled} />],
          ['Permissions', <Permissions key="permissions" names={permissions} />],
        ]}
      />
    </Card>
  )
}

const SecondFactor = ({ on }: { on: boolean }) => <Status level={on ? 'ok' : 'unknown'}>{on ? 'On' : 'Off'}</Status>

const Permissions = ({ names }: { names: readonly string[] }) => (
  <details>
    <summary className="text-link">{formatNumber(names.length)}</summary>
    <ul className="mt-1">
      {names.map((name) => (
        <li key={name}>
          <code className="font-mono text-sm">{name}</code>
        </li>
      ))}
    </ul>
  </details>
)
