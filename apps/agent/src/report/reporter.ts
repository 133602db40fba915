import type { AgentReport, Tunnel } from '@postern/tunnel';
import type { Logger } from 'pino';

const everyMs = 60_000;

export interface ReporterOptions {
  collect: () => Promise<AgentReport>;
  clusterId: string;
  logger: Logger;
}

/** Sends reports about the cluster to the gateway: when a tunnel connects, and whenever something changes. */
export class Reporter {
  readonly #options: ReporterOptions;
  #sent: { tunnel: Tunnel; text: string } | undefined;
  #problem: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** Reports over this tunnel from now on, starting at once. */
  use(tunnel: Tunnel): void {
    this.stop();
    this.#timer = setInterval(() => void this.#report(tunnel), everyMs);
    this.#timer.unref();
    tunnel.once('close', () => {
      if (this.#sent?.tunnel === tunnel) this.stop();
    });
    void this.#report(tunnel);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#sent = undefined;
  }

  async #report(tunnel: Tunnel): Promise<void> {
    const { collect, clusterId, logger } = this.#options;
    try {
      const report = await collect();
      const text = JSON.stringify(report);
      if (tunnel.closed || (this.#sent?.tunnel === tunnel && this.#sent.text === text)) return;
      if (report.problem?.message !== this.#problem) {
        this.#problem = report.problem?.message;
        if (report.problem !== undefined) logger.warn({ code: report.problem.code }, report.problem.message);
      }
      const { stream, response } = tunnel.request({ kind: 'report', cluster: clusterId, report }, { end: true });
      stream.resume();
      await response;
      this.#sent = { tunnel, text };
    } catch (error) {
      // Tried again at the next connection or in a minute.
      if (!tunnel.closed) logger.debug({ error }, 'the report was not taken');
    }
  }
}
