/** One part of a service's health. */
export interface HealthCheck {
  /** As `nats` or `kv/orders`. */
  readonly name: string;
  /** Whether it works. */
  readonly healthy: boolean;
  /** What is wrong, when something is. */
  readonly message?: string;
}

/** A service's health: healthy when every check is. */
export interface HealthReport {
  /** Whether every part works. */
  readonly healthy: boolean;
  /** Part by part. */
  readonly checks: readonly HealthCheck[];
}

/** Answers whether a part works; a thrown error is its message. */
export type HealthProbe = () => boolean | Promise<boolean>;

/** Longest that one probe may take, in milliseconds. */
const PROBE_MS = 2000;

/** The health of a service: its own checks, and those that the application adds. */
export class Health {
  readonly #probes = new Map<string, HealthProbe>();

  /** Adds a check; the same name replaces it. */
  add(name: string, probe: HealthProbe): void {
    this.#probes.set(name, probe);
  }

  /** Runs every check. */
  async report(): Promise<HealthReport> {
    const checks = await Promise.all(
      [...this.#probes].map(([name, probe]) => runProbe(name, probe)),
    );
    return { healthy: checks.every((check) => check.healthy), checks };
  }
}

async function runProbe(name: string, probe: HealthProbe): Promise<HealthCheck> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PROBE_MS} ms`)), PROBE_MS);
  });
  try {
    const healthy = await Promise.race([Promise.resolve().then(probe), late]);
    return healthy ? { name, healthy } : { name, healthy, message: "the check says no" };
  } catch (error) {
    return {
      name,
      healthy: false,
      message: error instanceof Error ? error.message : String(error),
    };
  } finally {
    clearTimeout(timer);
  }
}
