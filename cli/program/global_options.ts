/** Options that every command takes, before it, inside it, or after it. */
export interface GlobalOptions {
  /** Answer in JSON, one document a line. */
  readonly json: boolean;
  /** The NATS server, from `--nats` or the environment; undefined: find or start one. */
  readonly nats: string | undefined;
  /** The JetStream domain, which the address in {@link nats} names by now. */
  readonly domain: string | undefined;
  /** The project's directory. */
  readonly project: string;
  /** Print without colours. */
  readonly noColor: boolean;
  /** Print results and errors only. */
  readonly quiet: boolean;
}
