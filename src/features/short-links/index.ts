import { feature } from '#platform/http/endpoints.ts'
import { shortLinksEndpoints } from './contract.ts'
import { shortLinksHandlers } from './routes.ts'
import { shortLinksMigrations } from './store.ts'

/** Addresses of the console that are too long for a chat or a mail. */
export const shortLinksFeature = feature({
  name: 'short-links',
  migrations: shortLinksMigrations,
  endpoints: shortLinksEndpoints,
  handlers: shortLinksHandlers,
})
