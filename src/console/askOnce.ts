/** For a query that does something over there: each opening asks once, and only once. */
export const askOnce = {
  gcTime: 0,
  staleTime: Infinity,
  retry: false,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
} as const
