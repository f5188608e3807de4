/** What is asked for, and has no effect without a control plane. */
interface ControlOptions {
  readonly review: boolean;
  readonly portalPort: number | undefined;
  readonly portalUrl?: string | undefined;
  readonly consolePort: number | undefined;
  readonly noConsole: boolean;
  readonly origin: readonly string[];
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
