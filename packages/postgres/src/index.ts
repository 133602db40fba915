export { freePort } from './free-port.ts';
export { PostgresError } from './postgres-error.ts';
export { commandOf } from './process-table.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './server.ts';
