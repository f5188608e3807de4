import { LATENCY_BOUNDS_MS, latencyClass } from "../../contracts/live/latency.ts";
import type { EndpointData } from "../../contracts/live/endpoint_data.ts";

/** More types of errors are counted as one: a handler may make up their names. */
const MOST_CODES = 32;

/** Counts what one endpoint does; times in nanoseconds, as NATS service discovery shows them. */
export class EndpointCounter {
  readonly #name: string;
  #requests = 0;
  #errors = 0;
  #lastError = "";
  #nanoseconds = 0;
  readonly #latency = new Float64Array(LATENCY_BOUNDS_MS.length + 1);
  readonly #codes = new Map<string, number>();

  /** @param name of what is served, as `Orders.Create` */
  constructor(name: string) {
    this.#name = name;
  }

  /**
   * Counts one answered request.
   *
   * @param error what it was answered with, where that is an error
   */
  count(milliseconds: number, error?: { readonly code: string; readonly message: string }): void {
    this.#requests++;
    this.#nanoseconds += milliseconds * 1e6;
    this.#latency[latencyClass(milliseconds)]!++;
    if (error === undefined) return;
    const code = this.#codes.size < MOST_CODES || this.#codes.has(error.code)
      ? error.code
      : "other";
    this.#errors++;
    this.#lastError = error.message;
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
  }

  /** The figures so far. */
  figures(): {
    num_requests: number;
    num_errors: number;
    last_error: string;
    processing_time: number;
    average_processing_time: number;
    data: EndpointData;
  } {
    const total = Math.round(this.#nanoseconds);
    return {
      num_requests: this.#requests,
      num_errors: this.#errors,
      last_error: this.#lastError,
      processing_time: total,
      average_processing_time: this.#requests === 0 ? 0 : Math.round(total / this.#requests),
      data: {
        name: this.#name,
        latency: { boundsMs: [...LATENCY_BOUNDS_MS], counts: [...this.#latency] },
        errors: Object.fromEntries(this.#codes),
      },
    };
  }
}
