/** `GET /api/v1/projects/{project_id}`; long ones break rather than push the numbers away. */
export const Endpoint = ({ method, path }: { method?: string | null; path: string }) => (
  <code className="font-mono text-sm break-all">
    {method && <span className="text-muted">{method} </span>}
    {path}
  </code>
)
