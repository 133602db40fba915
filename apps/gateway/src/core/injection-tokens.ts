/** Injects the `Config`. */
export const CONFIG = Symbol('config');
/** Injects pino's `Logger`. */
export const LOGGER = Symbol('logger');
