import { LoaderCircle } from 'lucide-react'

export const Spinner = ({ size = 14 }: { size?: number }) => (
  <LoaderCircle size={size} aria-hidden="true" className="shrink-0 animate-turn" />
)
