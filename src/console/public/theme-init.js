// A classic blocking script, so that the first paint has the right colours; preferences.ts keeps them right afterwards.
;(() => {
  let preferences = {}
  try {
    preferences = JSON.parse(localStorage.getItem('miktos.preferences') ?? '{}')
  } catch {
    // Storage is off or holds something else: the defaults do.
  }
  const light =
    preferences.theme === 'light' ||
    (preferences.theme === 'system' && matchMedia('(prefers-color-scheme: light)').matches)
  document.documentElement.dataset.theme = light ? 'light' : 'dark'
  document.documentElement.dataset.density = preferences.density === 'compact' ? 'compact' : 'comfortable'
})()
