import { Fragment } from 'react'

/** `GET /api/v1/projects/{project_id}`; long ones break, after a slash if they can, rather than push the numbers away. */
export const Endpoint = ({ method, path }: { method?: string | null; path: string }) => (
  <code className="font-mono text-sm wrap-anywhere">
    {method && <span className="text-muted">{method} </span>}
    {path.split('/').map((segment, index) => (
      // A segment may stand in a path twice.
      // oxlint-disable-next-line react/no-array-index-key
      <Fragment key={index}>
        {index > 0 && (
          <>
            /<wbr />
          </>
        )}
        {segment}
      </Fragment>
    ))}
  </code>
)
