/** The CLI's version, equal to the package's (a test compares them). */
export const version = '0.1.0';
