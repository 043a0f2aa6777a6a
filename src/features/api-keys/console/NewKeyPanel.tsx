import { useNavigate } from '@tanstack/react-router'
import { pb } from '#console/paths.ts'
import { CreateKey } from './CreateKey.tsx'

/** The form at its own address, over the list of keys. */
export default function NewKeyPanel() {
  const navigate = useNavigate()
  return <CreateKey open onClose={() => void navigate({ to: pb.apiKeys() })} />
}
