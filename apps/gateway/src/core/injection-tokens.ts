/** Stands for the `Config`. */
export const CONFIG = Symbol('config');
/** Stands for the `Logger` of pino. */
export const LOGGER = Symbol('logger');
