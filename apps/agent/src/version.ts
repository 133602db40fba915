/** The agent's version, as shown to gateways and users. Equal to the package's (a test compares them). */
export const version = '0.1.0';
