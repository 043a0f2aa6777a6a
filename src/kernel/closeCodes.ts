/** Codes with which sockets are closed and a client can act on; with 1012 this server goes and another answers soon. */
export const closeCodes = { refused: 4400, sessionEnded: 4401, tooMany: 4429, restarting: 1012 } as const
