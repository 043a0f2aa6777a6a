/**
 * What the comparison uses of DuckDB's client. The package is installed by bench/logs's own manifest and is no part
 * of the product, so that the types hold in a clone that has never run this comparison.
 */
declare module '@duckdb/node-api' {
  interface Appender {
    appendBigInt(value: bigint): void
    appendVarchar(value: string): void
    appendUTinyInt(value: number): void
    endRow(): void
    closeSync(): void
  }
  interface Connection {
    run(sql: string): Promise<unknown>
    createAppender(table: string): Promise<Appender>
    runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>
  }
  export const DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection> }> }
}
