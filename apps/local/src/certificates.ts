import 'reflect-metadata';
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { DataFolder } from './data-folder.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

/** Paths of PEM files. */
export interface Certificates {
  caFile: string;
  certFile: string;
  keyFile: string;
}

/**
 * The local certificate authority and the gateway's certificate for `hosts`, created if they are missing, do not cover the
 * hosts, or expire within 30 days. The gateway's key stays the same, because install commands pin it.
 */
export async function ensureCertificates(data: DataFolder, hosts: string[]): Promise<Certificates> {
  x509.cryptoProvider.set(webcrypto);
  const files = { caFile: data.file('ca.crt'), certFile: data.file('gateway.crt'), keyFile: data.file('gateway.key') };
  const caKeys = await ensureKeys(data.file('ca.key'));
  const keys = await ensureKeys(files.keyFile);
  let ca = await readCertificate(files.caFile);
  if (ca === undefined || ca.notAfter.getTime() < Date.now() + 365 * DAY) {
    ca = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: 'CN=Postern local certificate authority',
      notBefore: new Date(Date.now() - DAY),
      notAfter: new Date(Date.now() + 3_650 * DAY),
      signingAlgorithm: ALGORITHM,
      keys: caKeys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
      ],
    });
    await writeFile(files.caFile, ca.toString('pem'));
  }
  const current = await readCertificate(files.certFile);
  if (current === undefined || !(await covers(current, ca, hosts))) {
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: 'CN=Postern gateway',
      issuer: ca.subject,
      notBefore: new Date(Date.now() - DAY),
      // Apple limits certificates to 825 days; Chromium has no limit for private authorities.
      notAfter: new Date(Date.now() + 397 * DAY),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          hosts.map((host) => ({ type: isIP(host) ? 'ip' : 'dns', value: host })),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
      ],
    });
    await writeFile(files.certFile, certificate.toString('pem'));
  }
  return files;
}

/** Whether a certificate is signed by this authority, for all the hosts, and valid for 30 more days. */
async function covers(certificate: x509.X509Certificate, ca: x509.X509Certificate, hosts: string[]): Promise<boolean> {
  const names =
    certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items.map((name) => name.value) ?? [];
  const lasting = certificate.notAfter.getTime() > Date.now() + 30 * DAY;
  return (
    lasting && hosts.every((host) => names.includes(host)) && (await certificate.verify({ publicKey: ca.publicKey }))
  );
}

async function readCertificate(file: string): Promise<x509.X509Certificate | undefined> {
  const pem = await readFile(file, 'utf8').catch(() => undefined);
  return pem === undefined ? undefined : new x509.X509Certificate(pem);
}

/** An ECDSA key pair, stored in `file` as PKCS #8 in PEM. */
async function ensureKeys(file: string): Promise<webcrypto.CryptoKeyPair> {
  const pem = await readFile(file, 'utf8').catch(() => undefined);
  if (pem === undefined) {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    await writeFile(
      file,
      createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' }).export({
        format: 'pem',
        type: 'pkcs8',
      }),
      { mode: 0o600 },
    );
    return keys as webcrypto.CryptoKeyPair;
  }
  const privateKey = createPrivateKey(pem);
  const [secret, open] = await Promise.all([
    webcrypto.subtle.importKey('pkcs8', privateKey.export({ format: 'der', type: 'pkcs8' }), ALGORITHM, true, ['sign']),
    webcrypto.subtle.importKey(
      'spki',
      createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
      ALGORITHM,
      true,
      ['verify'],
    ),
  ]);
  return { privateKey: secret, publicKey: open } as webcrypto.CryptoKeyPair;
}

/** 16 random bytes; the first bit is 0, because it is the sign bit in DER. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return Buffer.from(bytes).toString('hex');
}
