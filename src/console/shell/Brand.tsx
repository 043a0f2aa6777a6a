export const Brand = ({ withName = true }: { withName?: boolean }) => (
  <span className="flex items-center gap-2 text-md font-[650] text-text">
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" className="shrink-0 text-text">
      <rect x="1.500" y="1.500" width="13" height="13" rx="3" fill="none" stroke="currentColor" strokeWidth="1.500" />
      <path d="M4.500 1.500H8v13H4.500a3 3 0 0 1-3-3v-7a3 3 0 0 1 3-3z" fill="currentColor" />
    </svg>
    <span className={withName ? '' : 'sr-only'}>Miktos</span>
  </span>
)
