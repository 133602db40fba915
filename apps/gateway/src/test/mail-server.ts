import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { until } from '@postern/testkit';
import { SMTPServer } from 'smtp-server';

interface ReceivedMessage {
  from: string;
  to: string[];
  subject: string;
  /** The decoded body. */
  text: string;
}

/** An SMTP server on loopback that keeps what it receives. */
export interface MailServer {
  port: number;
  messages: ReceivedMessage[];
  /** The newest message to an address, once there is one with these words. */
  messageTo(address: string, words: string): Promise<ReceivedMessage>;
  stop(): Promise<void>;
}

/** @param account the user who may send; anyone may without it. */
export async function startMailServer(account?: { user: string; password: string }): Promise<MailServer> {
  const messages: ReceivedMessage[] = [];
  const server = new SMTPServer({
    authOptional: account === undefined,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) =>
      username === account?.user && password === account?.password
        ? done(null, { user: username })
        : done(new Error('wrong')),
    onData: (stream, { envelope }, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        messages.push({ from, to: envelope.rcptTo.map(({ address }) => address), ...parse(Buffer.concat(parts)) });
        done();
      });
    },
  });
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const messageTo = (address: string, words: string): Promise<ReceivedMessage> =>
    until(() => messages.findLast(({ to, text }) => to.includes(address) && text.includes(words)));
  return {
    port: (listening.address() as AddressInfo).port,
    messages,
    messageTo,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Subject and body of a message of one part, as nodemailer writes it. */
function parse(raw: Buffer): { subject: string; text: string } {
  const [head = '', ...rest] = raw.toString('utf8').split('\r\n\r\n');
  const body = rest.join('\r\n\r\n').replaceAll('\r\n', '\n');
  const [, subject = ''] = /^Subject: (.*)$/m.exec(head.replace(/\r\n[ \t]/g, ' ')) ?? [];
  const isQuoted = /^Content-Transfer-Encoding: quoted-printable/im.test(head);
  return { subject: decodeWords(subject.trim()), text: isQuoted ? unquote(body) : body };
}

const unquote = (text: string): string =>
  decodeURIComponent(
    text
      .replace(/=\n/g, '')
      .replaceAll('%', '%25')
      .replace(/=([0-9A-F]{2})/g, '%$1'),
  );

/** RFC 2047, encoded words in Q or B. */
function decodeWords(text: string): string {
  return text.replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_, form: string, value: string) =>
    form.toLowerCase() === 'b' ? Buffer.from(value, 'base64').toString() : unquote(value.replaceAll('_', ' ')),
  );
}
