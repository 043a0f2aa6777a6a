import { feature, type Feature } from '#platform/http/endpoints.ts'
import { auditEndpoints } from './contract.ts'
import { startAuditJobs } from './jobs.ts'
import { auditHandlers } from './routes.ts'
import { createVerifier } from './verifier.ts'

export function createAudit(): Feature {
  const verifier = createVerifier()
  return feature({
    name: 'audit',
    endpoints: auditEndpoints,
    handlers: auditHandlers(verifier),
    start: (platform) => startAuditJobs(platform, verifier),
  })
}
