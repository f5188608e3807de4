/** A server that belongs to no cluster was to keep several replicas. */
export class NoClusterError extends Error {
  /** @param replicas how many were asked for */
  constructor(replicas: number) {
    super(`the NATS server belongs to no cluster, and ${replicas} replicas are asked for`);
    this.name = "NoClusterError";
  }
}
