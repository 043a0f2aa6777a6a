/** Version 2 came without types; this much of it is used. */
declare module 'socket.io-client-v2' {
  interface OldSocket {
    connected: boolean
    on(event: string, listener: (...args: unknown[]) => void): OldSocket
    emit(event: string, ...args: unknown[]): OldSocket
    close(): void
  }
  interface OldOptions {
    transports?: string[]
    forceNew?: boolean
    reconnection?: boolean
    query?: Record<string, string>
    extraHeaders?: Record<string, string>
    transportOptions?: Record<string, { extraHeaders: Record<string, string> }>
  }
  export default function connect(url: string, options: OldOptions): OldSocket
}
