import { selfSigned, type TestCertificate } from '@postern/testkit';

let made: Promise<TestCertificate> | undefined;

/** A self-signed certificate for localhost, made once a process. */
export function testCertificate(): Promise<TestCertificate> {
  made ??= selfSigned();
  return made;
}
