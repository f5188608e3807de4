/** Where the runtime reports what no caller waits for: failed handlers, lost connections. */
export interface Log {
  /** Something that a person should know. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Something that is probably wrong. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Something that went wrong. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Writes to the console's standard error, one line and the cause's stack. */
export const consoleLog: Log = {
  info: (message, fields) => write("info", message, fields),
  warn: (message, fields) => write("warn", message, fields),
  error: (message, fields) => write("error", message, fields),
};

function write(level: string, message: string, fields: Readonly<Record<string, unknown>> = {}) {
  const { cause, ...rest } = fields;
  const details = Object.entries(rest).map(([key, value]) => ` ${key}=${String(value)}`).join("");
  console.error(`${level}: ${message}${details}`);
  if (cause instanceof Error) console.error(cause.stack ?? cause.message);
  else if (cause !== undefined) console.error(cause);
}
