import type { HealthRoute } from "../../health/health_route.ts";
import type { Family } from "./prometheus_text.ts";
import type { ServiceFamilies, ServiceLook } from "./service_families.ts";
import type { FleetReader, FleetReaderParts } from "../fleet_reader.ts";

/**
 * `/metrics`, as Prometheus scrapes it; 503 until there is something to read figures by. What reads them is loaded with
 * the first request.
 *
 * @param measured asked until it answers
 */
export function metricsRoute(measured: () => FleetReaderParts | undefined): HealthRoute {
  let reader: FleetReader | undefined;
  return {
    path: "/metrics",
    async answer() {
      const parts = measured();
      if (parts === undefined) return new Response("starting\n", { status: 503 });
      const { FleetReader } = await import("../fleet_reader.ts");
      const { fleetFamilies } = await import("./fleet_families.ts");
      reader ??= new FleetReader(parts);
      return await written(fleetFamilies(await reader.read()));
    },
  };
}

/**
 * The same of a process that runs services alone: what it knows of them by itself.
 *
 * @param session asked until it answers
 */
export function serviceMetricsRoute(
  session: () => { look(): Promise<readonly ServiceLook[]> } | undefined,
): HealthRoute {
  let families: ServiceFamilies | undefined;
  return {
    path: "/metrics",
    async answer() {
      const looks = await session()?.look();
      if (looks === undefined) return new Response("starting\n", { status: 503 });
      const { ServiceFamilies } = await import("./service_families.ts");
      families ??= new ServiceFamilies();
      return await written(families.of(looks));
    },
  };
}

async function written(families: readonly Family[]): Promise<Response> {
  const { PROMETHEUS_TYPE, prometheusText } = await import("./prometheus_text.ts");
  return new Response(prometheusText(families), { headers: { "Content-Type": PROMETHEUS_TYPE } });
}
