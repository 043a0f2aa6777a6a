import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { Circle, Keyboard, LogOut, SunMoon, UserRound, type LucideIcon } from 'lucide-react'
import { useDeferredValue, useState, type ReactNode } from 'react'
import { call } from '../client.ts'
import { useCan } from '../me.ts'
import { pb } from '../paths.ts'
import { setPreferences, shownTheme } from '../preferences.ts'
import { Kbd } from '../ui/Kbd.tsx'
import { openHelp } from './helpState.ts'
import { reachable } from './nav.ts'
import { fitOf } from './paletteFilter.ts'
import { closePalette, usePalette } from './paletteState.ts'
import { logOut } from './UserMenu.tsx'

const usersShown = 6

/** What the page can do, then where one can go, then people. */
export default function Palette() {
  const [typed, setTyped] = useState('')
  const { actions } = usePalette()
  const can = useCan()
  const navigate = useNavigate()
  const users = useUsers(typed)
  const go = (to: string) => () => void navigate({ to })
  return (
    <Command.Dialog
      open
      onOpenChange={(open) => !open && closePalette()}
      label="Search or jump to"
      filter={fitOf}
      loop
      overlayClassName="fixed inset-0 z-40 animate-fade bg-scrim"
      contentClassName="fixed top-[12dvh] left-1/2 z-40 w-[calc(100%-24px)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg border border-border bg-raised shadow-float outline-none"
    >
      <Command.Input
        value={typed}
        onValueChange={setTyped}
        placeholder="Search or jump to…"
        className="h-11 w-full border-b border-border bg-transparent px-4 text-lg outline-none max-md:text-[16px]"
      />
      <Command.List className="max-h-[50dvh] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-6 text-center text-muted">Nothing is called “{typed}”.</Command.Empty>
        {actions.length > 0 && (
          <Group heading="On this page">
            {actions.map(({ label, icon, run, keywords }) => (
              <Item key={label} icon={icon} label={label} keywords={keywords} onSelect={run} />
            ))}
          </Group>
        )}
        <Group heading="Go to">
          {reachable(can).map(({ path, title, icon, keywords, nav, chord }) => (
            <Item
              key={path}
              icon={icon}
              label={title}
              keywords={[keywords, nav?.group].join(' ')}
              keys={chord && `g ${chord}`}
              onSelect={go(path)}
            />
          ))}
        </Group>
        {users.length > 0 && (
          <Group heading="Users">
            {users.map(({ id, username, email }) => (
              <Item
                key={id}
                icon={UserRound}
                label={username}
                note={email}
                keywords={email}
                onSelect={go(pb.user(id))}
              />
            ))}
          </Group>
        )}
        <Group heading="General">
          <Item
            icon={SunMoon}
            label={shownTheme() === 'dark' ? 'Light theme' : 'Dark theme'}
            keywords="colours mode"
            keys="$mod+."
            onSelect={() => setPreferences({ theme: shownTheme() === 'dark' ? 'light' : 'dark' })}
          />
          <Item icon={Keyboard} label="Keyboard shortcuts" keys="?" keywords="help" onSelect={openHelp} />
          <Item icon={LogOut} label="Log out" keywords="sign out leave" onSelect={() => void logOut()} />
        </Group>
      </Command.List>
    </Command.Dialog>
  )
}

function useUsers(typed: string) {
  const q = useDeferredValue(typed.trim())
  const allowed = useCan()('users:read').ok
  const { data } = useQuery({
    queryKey: ['palette', 'users', q],
    queryFn: ({ signal }) => call('GET /admin/users', { query: { q, limit: usersShown }, signal }),
    enabled: allowed && q.length > 1,
    placeholderData: (previous) => previous,
  })
  return q.length > 1 ? (data ?? []) : []
}

const Group = ({ heading, children }: { heading: string; children: ReactNode }) => (
  <Command.Group
    heading={heading}
    className="mb-1 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-semibold [&_[cmdk-group-heading]]:text-faint"
  >
    {children}
  </Command.Group>
)

interface ItemProps {
  icon: LucideIcon | undefined
  label: string
  note?: string
  keywords?: string | undefined
  keys?: string | undefined
  onSelect: () => void
}

const Item = ({ icon: Icon = Circle, label, note, keywords, keys, onSelect }: ItemProps) => (
  <Command.Item
    value={`${label} ${note ?? ''}`}
    {...(keywords && { keywords: keywords.split(' ') })}
    onSelect={() => {
      closePalette()
      onSelect()
    }}
    className="flex min-h-8 cursor-pointer items-center gap-2.5 rounded-md px-2 data-[selected=true]:bg-selected max-md:min-h-11"
  >
    <Icon size={15} strokeWidth={1.75} aria-hidden="true" className="shrink-0 text-muted" />
    <span className="min-w-0 flex-1 truncate">
      {label}
      {note && <span className="ml-2 text-muted">{note}</span>}
    </span>
    {keys && (
      <span className="max-md:hidden">
        <Kbd keys={keys} />
      </span>
    )}
  </Command.Item>
)
