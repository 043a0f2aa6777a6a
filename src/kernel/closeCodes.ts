/**
 * Codes with which sockets are closed and a client can act on; with 1012 this server goes and another answers soon,
 * after `closed` a client is not to come back by itself.
 */
export const closeCodes = { refused: 4400, sessionEnded: 4401, closed: 4403, tooMany: 4429, restarting: 1012 } as const
