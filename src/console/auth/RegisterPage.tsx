import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../client.ts'
import { pb } from '../paths.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { TextField } from '../ui/Field.tsx'
import { Form, Submit } from '../ui/Form.tsx'
import { AuthFrame } from './AuthFrame.tsx'
import { NewPassword } from './NewPassword.tsx'
import { authOptionsQuery } from './options.ts'

export default function RegisterPage() {
  const { data: options, error, refetch } = useQuery(authOptionsQuery)
  const [state, setState] = useState<'pending' | 'active'>()

  if (error) {
    return (
      <AuthFrame title="Register">
        <ErrorPanel error={error} onRetry={() => void refetch()} />
      </AuthFrame>
    )
  }
  if (!options) return null
  if (options.registration === 'closed') return <Closed />
  if (state) return <Registered state={state} />
  return (
    <AuthFrame
      title={options.registration === 'approval' ? 'Ask for an account' : 'Register'}
      {...(options.registration === 'approval' && { lead: 'An administrator looks at it before you can log in.' })}
      footer={
        <>
          Have an account? <LoginLink />
        </>
      }
    >
      <Form
        onSubmit={async (values) => {
          const username = values.maybe('username')
          const reply = await call('POST /auth/register', {
            body: {
              email: values.text('email').trim(),
              ...(username && { username }),
              password: values.text('password'),
            },
          })
          setState(reply.state)
        }}
      >
        <TextField name="email" label="E-mail" type="email" autoComplete="email" autoFocus required />
        <TextField
          name="username"
          label="Username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          hint="Left empty it is the part of the address before the @."
        />
        <NewPassword minLength={options.password_min_length} />
        <Submit className="w-full !h-9">
          {options.registration === 'approval' ? 'Ask for an account' : 'Register'}
        </Submit>
      </Form>
    </AuthFrame>
  )
}

const LoginLink = () => (
  <Link to={pb.login()} className="text-link underline underline-offset-2">
    Log in
  </Link>
)

const Closed = () => (
  <AuthFrame title="Registration is closed" footer={<LoginLink />}>
    <p>Accounts are created by an administrator of this installation.</p>
  </AuthFrame>
)

const Registered = ({ state }: { state: 'pending' | 'active' }) => (
  <AuthFrame title={state === 'pending' ? 'Thank you' : 'Your account is ready'} footer={<LoginLink />}>
    <p>
      {state === 'pending'
        ? 'An administrator has to approve your account before you can log in.'
        : 'You can log in now.'}
    </p>
  </AuthFrame>
)
