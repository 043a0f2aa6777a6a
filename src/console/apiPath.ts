/** A path of the API below the prefix that the server wrote into the page, since `api_prefix` may move it. */
export const apiPath = (path: string): string =>
  document.querySelector('meta[name="api-prefix"]')!.getAttribute('content') + path
