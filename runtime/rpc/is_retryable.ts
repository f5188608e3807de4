/** True for an error that says that the same request may succeed later without any change. */
export function isRetryable(error: object): boolean {
  return "retryable" in error && error.retryable === true;
}
