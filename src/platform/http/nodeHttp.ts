/** As `node:http`, of which an import would read everything there is: its WebSocket alone takes 20 ms of a start to load. */
export const { STATUS_CODES, createServer, request } = process.getBuiltinModule('node:http')
