/** One reason why the configuration cannot be used. */
export interface ConfigIssue {
  /** Name of the variable; undefined when several do not go together. */
  readonly variable: string | undefined;
  /** What is wrong with it; never its value. */
  readonly message: string;
}

/** The configuration cannot be used. It holds every issue, and no value, since values may be secret. */
export class ConfigError extends Error {
  /** Recognised across module instances. */
  override readonly name = "ConfigError" as const;

  /**
   * Made from its parts.
   *
   * @param issues every reason, by variable
   */
  constructor(readonly issues: readonly ConfigIssue[]) {
    super(`the configuration cannot be used:${issues.map(line).join("")}`);
  }
}

function line({ variable, message }: ConfigIssue): string {
  return variable === undefined ? `\n  ${message}` : `\n  ${variable}: ${message}`;
}
