/** True for an error that says that the same request may succeed later without any change. */
export function isRetryable(error: Error): boolean {
  return "retryable" in error && error.retryable === true;
}
