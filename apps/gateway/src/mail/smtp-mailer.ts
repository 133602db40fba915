import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import type { MailSettings } from '../config.ts';
import { MailError, type Mailer, type Message } from './mailer.ts';

/** A mail server that does not respond in this time is treated as unreachable, in milliseconds. */
const patienceMs = 10_000;

/**
 * Sends over SMTP (RFC 5321). `smtps:` is TLS from the start; with `smtp:` the connection must be upgraded (STARTTLS), except to
 * this machine, so that neither password nor links cross a network in the clear.
 */
export class SmtpMailer implements Mailer {
  readonly isConfigured = true;
  readonly #from: string;
  readonly #transport: ReturnType<typeof createTransport>;

  constructor({ url, from }: MailSettings) {
    this.#from = from;
    const { protocol, hostname, port, username, password } = url;
    const isSecure = protocol === 'smtps:';
    this.#transport = createTransport({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (isSecure ? 465 : 587) : Number(port),
      secure: isSecure,
      requireTLS: !isSecure && !isLoopback(hostname),
      ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
      connectionTimeout: patienceMs,
      greetingTimeout: patienceMs,
      socketTimeout: patienceMs,
      // A message is text of ours: nothing in it may name a file or a URL to attach.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send({ to, subject, text }: Message): Promise<void> {
    try {
      // As an object, so that the address is not parsed as a list of names and addresses.
      await this.#transport.sendMail({ from: this.#from, to: { name: '', address: to }, subject, text });
    } catch (cause) {
      throw new MailError('The mail server did not accept the message.', { cause });
    }
  }
}

function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}
