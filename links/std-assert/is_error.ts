import { describe, failure } from "./report/describe.ts";

/** Throws an `AssertionError` unless the value is an error of that class whose message contains or matches `msgMatches`. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: abstract new (...args: never[]) => E,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw failure(
      `Expected "error" to be an Error object, but was ${describe(error)}`,
      msg,
    );
  }
  if (ErrorClass !== undefined && !(error instanceof ErrorClass)) {
    const found = error.constructor.name;
    throw failure(
      `Expected error to be instance of "${ErrorClass.name}", but was "${found}"`,
      msg,
      `\n${error.stack}`,
    );
  }
  if (msgMatches === undefined) return;
  const matches = typeof msgMatches === "string"
    ? error.message.includes(msgMatches)
    : msgMatches.test(error.message);
  if (matches) return;
  const verb = typeof msgMatches === "string" ? "include" : "match";
  const found = describe(error.message);
  throw failure(
    `Expected error message to ${verb} ${describe(msgMatches)}, but got ${found}`,
    msg,
  );
}
