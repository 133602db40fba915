import { createHash, X509Certificate } from 'node:crypto';
import { uninstallCommand } from '@postern/kube';
import type { Config } from '../config.ts';

export type JoinCommandSettings = Pick<Config, 'publicOrigin' | 'ca' | 'tls' | 'local'>;

/** The commands that use a join token, and the one that uninstalls. Each can be pasted into a POSIX shell unchanged. */
export function joinCommands(
  { clusterId, joinToken }: { clusterId: string; joinToken: string },
  settings: JoinCommandSettings,
): { installCommand: string; outsideCommand: string; uninstallCommand: string } {
  const { publicOrigin } = settings;
  const curl = ['curl -fsS', pin(settings), `-H "Authorization: Bearer ${joinToken}"`, `${publicOrigin}/install.yaml`];
  const agent = ['postern agent', `--url ${publicOrigin}`, caFile(settings), `--join-token ${joinToken}`];
  return {
    installCommand: `${curl.filter(Boolean).join(' ')} | kubectl apply -f -`,
    outsideCommand: `${agent.filter(Boolean).join(' ')} --kubeconfig ~/.kube/config`,
    uninstallCommand: uninstallCommand(clusterId),
  };
}

/**
 * If the certificate is from a private authority, curl cannot verify it. So curl is given the public key itself: `-k` skips
 * the chain, and the pin (SHA-256 of the leaf's SubjectPublicKeyInfo) is still enforced.
 */
function pin({ ca, tls }: JoinCommandSettings): string {
  if (ca === null || tls === undefined) return '';
  const spki = new X509Certificate(tls.cert).publicKey.export({ type: 'spki', format: 'der' });
  return `-k --pinnedpubkey 'sha256//${createHash('sha256').update(spki).digest('base64')}'`;
}

function caFile({ ca, local }: JoinCommandSettings): string {
  if (ca === null) return '';
  // With `npm start` the file is on this machine; elsewhere the person has to provide it.
  return `--ca-file ${local === null ? 'ca.crt' : quoted(ca.file)}`;
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
