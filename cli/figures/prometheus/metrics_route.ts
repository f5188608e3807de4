import type { HealthRoute } from "../../health/health_route.ts";
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
      const { PROMETHEUS_TYPE, prometheusText } = await import("./prometheus_text.ts");
      reader ??= new FleetReader(parts);
      return new Response(prometheusText(fleetFamilies(await reader.read())), {
        headers: { "Content-Type": PROMETHEUS_TYPE },
      });
    },
  };
}
