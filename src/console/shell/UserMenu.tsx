import { CircleUserRound, Keyboard, LogOut } from 'lucide-react'
import { call } from '../client.ts'
import { useCan, useMe } from '../me.ts'
import { leave } from '../session.ts'
import { setPreferences, usePreferences } from '../preferences.ts'
import { IconButton } from '../ui/Button.tsx'
import { Menu } from '../ui/Menu.tsx'
import { toastError } from '../ui/Toaster.tsx'
import { openHelp } from './helpState.ts'
import { ownPages } from './nav.ts'

const themes = [
  { value: 'dark', label: 'Dark' },
  { value: 'light', label: 'Light' },
  { value: 'system', label: 'As the system' },
] as const

export function UserMenu() {
  const { user } = useMe()
  const { theme, density } = usePreferences()
  const own = ownPages(useCan())
  return (
    <Menu
      trigger={<IconButton icon={CircleUserRound} label={`${user.username}, account and preferences`} side="bottom" />}
      items={[
        {
          heading: (
            <>
              <span className="block font-medium text-text">{user.username}</span>
              {[user.email, user.role].filter(Boolean).join(' · ')}
            </>
          ),
        },
        ...own.map(({ path, title, icon }) => ({ label: title, to: path, ...(icon && { icon }) })),
        { label: 'Keyboard shortcuts', icon: Keyboard, keys: '?', onSelect: openHelp },
        'separator',
        { heading: 'Theme' },
        ...themes.map(({ value, label }) => ({
          label,
          checked: theme === value,
          onSelect: () => setPreferences({ theme: value }),
        })),
        'separator',
        {
          label: 'Compact rows',
          checked: density === 'compact',
          onSelect: () => setPreferences({ density: density === 'compact' ? 'comfortable' : 'compact' }),
        },
        'separator',
        { label: 'Log out', icon: LogOut, onSelect: () => void logOut() },
      ]}
    />
  )
}

export const logOut = (): Promise<void> => leave(() => call('POST /auth/logout')).catch(toastError)
