import { useQuery } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../client.ts'
import { hasCode } from '../errors.ts'
import { pb, safeNext } from '../paths.ts'
import { text, useSearch } from '../search.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { PasswordField, TextField } from '../ui/Field.tsx'
import { Form, Submit } from '../ui/Form.tsx'
import { AuthFrame } from './AuthFrame.tsx'
import { authOptionsQuery } from './options.ts'

interface Credentials {
  username: string
  password: string
}

export default function LoginPage() {
  const [{ next }] = useSearch({ next: text() })
  const router = useRouter()
  const { data: options, error, refetch } = useQuery(authOptionsQuery)
  const [pending, setPending] = useState<Credentials>()

  const logIn = async (credentials: Credentials, otp?: string): Promise<void> => {
    try {
      await call('POST /auth/login', { body: { ...credentials, ...(otp && { otp }), cookie: true } })
    } catch (error) {
      if (!hasCode(error, 'MFA_REQUIRED') || otp) throw error
      setPending(credentials)
      return
    }
    router.history.push(safeNext(next))
  }

  if (error) {
    return (
      <AuthFrame title="Log in">
        <ErrorPanel error={error} onRetry={() => void refetch()} />
      </AuthFrame>
    )
  }
  if (options?.setup_needed) return <SetupNeeded />
  if (pending) return <CodeStep onCode={(otp) => logIn(pending, otp)} onBack={() => setPending(undefined)} />
  const canRegister = options !== undefined && options.registration !== 'closed'
  return (
    <AuthFrame
      title="Log in"
      footer={
        canRegister && (
          <>
            No account?{' '}
            <Link to={pb.register()} className="text-link underline underline-offset-2">
              {options.registration === 'approval' ? 'Ask for one' : 'Register'}
            </Link>
          </>
        )
      }
    >
      <Form
        onSubmit={(values) => logIn({ username: values.text('username').trim(), password: values.text('password') })}
      >
        <TextField
          name="username"
          label="Username or e-mail"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
        />
        <PasswordField name="password" label="Password" autoComplete="current-password" required />
        <Submit className="w-full !h-9">Log in</Submit>
      </Form>
    </AuthFrame>
  )
}

function CodeStep({ onCode, onBack }: { onCode: (otp: string) => Promise<void>; onBack: () => void }) {
  const [recovery, setRecovery] = useState(false)
  return (
    <AuthFrame
      title="One more step"
      lead={
        recovery
          ? 'Type one of the recovery codes you stored. Each works once.'
          : 'Type the code your authenticator app shows now.'
      }
    >
      <Form onSubmit={(values) => onCode(values.text('otp').replaceAll(' ', ''))}>
        {recovery ? (
          <TextField
            key="recovery"
            name="otp"
            label="Recovery code"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="font-mono"
            autoFocus
            required
          />
        ) : (
          <TextField
            key="code"
            name="otp"
            label="Code"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={7}
            className="text-center font-mono !text-xl tracking-[.2em]"
            autoFocus
            required
          />
        )}
        <Submit className="w-full !h-9">Log in</Submit>
        <div className="flex justify-between gap-2">
          <Button variant="ghost" onClick={onBack}>
            Back
          </Button>
          <Button variant="ghost" onClick={() => setRecovery(!recovery)}>
            {recovery ? 'Use the app instead' : 'Use a recovery code'}
          </Button>
        </div>
      </Form>
    </AuthFrame>
  )
}

const SetupNeeded = () => (
  <AuthFrame title="Almost there" lead="This installation has no administrator yet.">
    <p>
      When the server started it printed a one-time set-up link. Open it to create the first account. The link lives for
      15 minutes; a restart prints a new one.
    </p>
  </AuthFrame>
)
