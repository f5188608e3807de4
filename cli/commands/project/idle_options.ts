/** What a control plane is asked for; it has no effect without one. */
export interface ControlOptions {
  /** A person decides every change, safe ones too. */
  readonly review: boolean;
  /** Where people log in; undefined: a free port. */
  readonly portalPort: number | undefined;
  /** Where they reach that through a proxy. */
  readonly portalUrl?: string | undefined;
  /** Where the Console listens; undefined: where it was the last time, or on a free port. */
  readonly consolePort: number | undefined;
  /** Without the Console. */
  readonly noConsole: boolean;
  /** Pages of these may connect and log people in. */
  readonly origin: readonly string[];
  /** Where they reach a NATS server that is named. */
  readonly websocketUrl?: string | undefined;
}

/** The options that were given and do nothing where services run alone, as they are typed. */
export function idleOptions(given: ControlOptions): readonly string[] {
  const { review, portalPort, portalUrl, consolePort, noConsole, origin, websocketUrl } = given;
  const isGiven = {
    "--review": review,
    "--portal-port": portalPort !== undefined,
    "--portal-url": portalUrl !== undefined,
    "--console-port": consolePort !== undefined,
    "--no-console": noConsole,
    "--origin": origin.length > 0,
    "--websocket-url": websocketUrl !== undefined,
  };
  return Object.entries(isGiven).filter(([, is]) => is).map(([name]) => name);
}
