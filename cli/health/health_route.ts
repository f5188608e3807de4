/** A page that the health server has beside those of probes. */
export interface HealthRoute {
  /** As `/metrics`. */
  readonly path: string;
  /** Answers a GET; what it throws is answered with 500. */
  answer(): Response | Promise<Response>;
}
