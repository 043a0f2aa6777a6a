import { PasswordCard } from './PasswordCard.tsx'
import { SecondFactorCard } from './SecondFactorCard.tsx'

/** How one logs in: password and second factor, for the profile. */
export const SecurityPanel = () => (
  <div className="grid max-w-4xl items-start gap-4 lg:grid-cols-2">
    <SecondFactorCard />
    <PasswordCard />
  </div>
)
