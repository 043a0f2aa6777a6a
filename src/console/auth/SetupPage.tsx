import { useQuery } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../client.ts'
import { hasCode } from '../errors.ts'
import { pb } from '../paths.ts'
import { text, useSearch } from '../search.ts'
import { TextField } from '../ui/Field.tsx'
import { Form, Submit } from '../ui/Form.tsx'
import { AuthFrame } from './AuthFrame.tsx'
import { NewPassword } from './NewPassword.tsx'
import { authOptionsQuery } from './options.ts'

const passwordMinLength = 12

/** First run: the token of the printed link makes the first administrator. */
export default function SetupPage() {
  const [{ token }] = useSearch({ token: text() })
  const router = useRouter()
  const { data: options } = useQuery(authOptionsQuery)
  const [dead, setDead] = useState(false)
  const [names, setNames] = useState<string[]>([])

  if (options && !options.setup_needed) return <AlreadyDone />
  if (!token || dead) return <LinkDead />
  return (
    <AuthFrame title="Welcome" lead="Create the first account. It is the administrator.">
      <Form
        onSubmit={async (values) => {
          const username = values.maybe('username')
          try {
            await call('POST /auth/setup', {
              body: {
                token,
                email: values.text('email').trim(),
                ...(username && { username }),
                password: values.text('password'),
                cookie: true,
              },
            })
          } catch (error) {
            if (hasCode(error, 'GONE', 'INVALID_CREDENTIALS')) setDead(true)
            throw error
          }
          router.history.push(pb.overview())
        }}
      >
        <TextField
          name="email"
          label="E-mail"
          type="email"
          autoComplete="email"
          autoFocus
          required
          onBlur={({ target }) => setNames(target.value.split('@').slice(0, 1))}
        />
        <TextField
          name="username"
          label="Username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          hint="Left empty it is the part of the address before the @."
        />
        <NewPassword minLength={options?.password_min_length ?? passwordMinLength} avoid={names} />
        <Submit className="w-full !h-9">Create the administrator</Submit>
      </Form>
    </AuthFrame>
  )
}

const AlreadyDone = () => (
  <AuthFrame title="Already set up" lead="This installation has an administrator.">
    <Link to={pb.login()} className="text-link underline underline-offset-2">
      Log in
    </Link>
  </AuthFrame>
)

const LinkDead = () => (
  <AuthFrame title="This link does not work" lead="It was used, is older than 15 minutes, or is not whole.">
    <p>Restart the server: while there is no administrator, every start prints a new set-up link.</p>
  </AuthFrame>
)
