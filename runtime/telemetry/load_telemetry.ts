import type { Attributes } from "./activity.ts";
import type { Telemetry } from "./telemetry.ts";

/** Where the API of OpenTelemetry keeps what a program, or Deno by `OTEL_DENO`, has registered. */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");

/** Whether something is registered that takes what is recorded. */
export function isRecorded(): boolean {
  const registered: unknown = Reflect.get(globalThis, REGISTERED);
  return typeof registered === "object" && registered !== null && "trace" in registered;
}

/**
 * What records with OpenTelemetry; undefined where nothing is registered that takes what is recorded.
 *
 * @param attributes of everything that it records
 */
export async function loadTelemetry(attributes: Attributes): Promise<Telemetry | undefined> {
  if (!isRecorded()) return undefined;
  const { OpenTelemetry } = await import("./open_telemetry.ts");
  return new OpenTelemetry(attributes);
}
