import { afterEach, expect, it } from 'vitest';
import { type MailServer, startMailServer } from '../test/mail-server.ts';
import { MailError } from './mailer.ts';
import { NoMailer } from './no-mailer.ts';
import { SmtpMailer } from './smtp-mailer.ts';

let server: MailServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const from = 'postern@example.com';
const message = { to: 'ada@example.com', subject: 'Grüße', text: 'One line.\n\nhttps://localhost/x#secret\n' };

it('sends a message, and signs in where the URL names a user', async () => {
  server = await startMailServer({ user: 'relay', password: 'p@ss word' });
  const url = new URL(`smtp://relay:${encodeURIComponent('p@ss word')}@127.0.0.1:${server.port}`);
  await new SmtpMailer({ url, from }).send(message);
  expect(server.messages).toMatchObject([{ from, to: ['ada@example.com'], subject: 'Grüße' }]);
  expect(server.messages[0]?.text).toContain('https://localhost/x#secret');
});

it('says so if the server refuses the password, or is not there', async () => {
  server = await startMailServer({ user: 'relay', password: 'right' });
  const wrong = new URL(`smtp://relay:wrong@127.0.0.1:${server.port}`);
  await expect(new SmtpMailer({ url: wrong, from }).send(message)).rejects.toBeInstanceOf(MailError);
  expect(server.messages).toEqual([]);
  const { port } = server;
  await server.stop();
  server = undefined;
  const gone = new URL(`smtp://127.0.0.1:${port}`);
  await expect(new SmtpMailer({ url: gone, from }).send(message)).rejects.toBeInstanceOf(MailError);
});

it('sends nothing in the clear to another machine', async () => {
  // 0.0.0.0 reaches this server, but its name is not one of this machine's.
  server = await startMailServer();
  const url = new URL(`smtp://0.0.0.0:${server.port}`);
  await expect(new SmtpMailer({ url, from }).send(message)).rejects.toBeInstanceOf(MailError);
  expect(server.messages).toEqual([]);
});

it('cannot send where no server is configured', async () => {
  await expect(new NoMailer().send()).rejects.toBeInstanceOf(MailError);
});
