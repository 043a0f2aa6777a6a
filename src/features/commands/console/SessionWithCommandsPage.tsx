import { useCan } from '#console/me.ts'
import { SessionPage, type Session } from '#features/sessions/console/index.ts'
import { CommandBox } from './CommandBox.tsx'
import { readers, writers } from './queries.ts'
import { SessionCommands } from './SessionCommands.tsx'

/** A session with a line to tell it something, and what it was told. */
const SessionWithCommandsPage = () => <SessionPage above={BoxForWriters} beside={CommandsForReaders} />

export default SessionWithCommandsPage

const BoxForWriters = ({ session }: { session: Session }) =>
  useCan()(writers).ok && <CommandBox key={session.id} session={session} />

const CommandsForReaders = ({ session: { id } }: { session: Session }) =>
  useCan()(readers).ok && <SessionCommands sessionId={id} />
