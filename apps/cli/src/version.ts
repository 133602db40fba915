/** The CLI's version. Equal to the package's (a test compares them). */
export const version = '0.1.0';
