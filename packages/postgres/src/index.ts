export { PostgresError } from './postgres-error.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './server.ts';
