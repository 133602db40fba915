/** A message to one person, as plain text. */
export interface Message {
  /** A canonical address. */
  to: string;
  subject: string;
  text: string;
}

/** Sends e-mail. */
export interface Mailer {
  /** False if no mail server is configured: then nothing can be sent, and whoever needs a link must get it another way. */
  readonly isConfigured: boolean;
  /**
   * Resolves when the mail server has accepted the message.
   * @throws {MailError} nothing is configured, the server could not be reached, or it refused the message.
   */
  send(message: Message): Promise<void>;
}

/** A message could not be handed to the mail server. */
export class MailError extends Error {
  override readonly name = 'MailError';
}

/** Injects the `Mailer`. */
export const MAILER = Symbol('mailer');
