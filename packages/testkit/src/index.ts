export { freePort } from '@postern/postgres';
export { atRest } from './at-rest.ts';
export { selfSigned, type TestCertificate, testCertificate } from './certificate.ts';
export { useLeakCheck } from './leak-check.ts';
export { seededRandom } from './seeded-random.ts';
export { turns } from './turns.ts';
export { AbortRetry, until } from './until.ts';
