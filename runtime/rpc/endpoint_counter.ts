/** Counts what one endpoint does; times in nanoseconds, as NATS service discovery shows them. */
export class EndpointCounter {
  #requests = 0;
  #errors = 0;
  #lastError = "";
  #nanoseconds = 0;

  /** Counts one answered request. */
  count(milliseconds: number, error?: string): void {
    this.#requests++;
    this.#nanoseconds += milliseconds * 1e6;
    if (error === undefined) return;
    this.#errors++;
    this.#lastError = error;
  }

  /** The figures so far. */
  figures(): {
    num_requests: number;
    num_errors: number;
    last_error: string;
    processing_time: number;
    average_processing_time: number;
  } {
    const total = Math.round(this.#nanoseconds);
    return {
      num_requests: this.#requests,
      num_errors: this.#errors,
      last_error: this.#lastError,
      processing_time: total,
      average_processing_time: this.#requests === 0 ? 0 : Math.round(total / this.#requests),
    };
  }
}
