/** The agent's version, as gateways and users see it. Equal to the package's (a test compares them). */
export const version = '0.1.0';
