import { metrics, type Observable } from "@opentelemetry/api";
import type { FleetFigures } from "../fleet_figures.ts";
import type { FleetReader } from "../fleet_reader.ts";
import { fleetFamilies } from "../prometheus/fleet_families.ts";
import { type ObservedFigure, observedFigures } from "./observed_figures.ts";

/** What no figures are known of yet, which names them all the same. */
const NOTHING: FleetFigures = {
  at: 0,
  rpcs: [],
  deployments: [],
  queues: [],
  work: [],
  problems: [],
};

/**
 * Has OpenTelemetry told of what Prometheus is told, as often as metrics are exported; what services count they export
 * themselves.
 */
export function exportFigures(reader: Pick<FleetReader, "read">): void {
  const meter = metrics.getMeter("trellis");
  const make = ({ kind, name, unit, description }: ObservedFigure): Observable => {
    const options = { unit, description };
    return kind === "counter"
      ? meter.createObservableCounter(name, options)
      : meter.createObservableGauge(name, options);
  };
  const observables = new Map(
    observedFigures(fleetFamilies(NOTHING)).map((figure) => [figure.name, make(figure)]),
  );
  meter.addBatchObservableCallback(async (result) => {
    for (const { name, samples } of observedFigures(fleetFamilies(await reader.read()))) {
      const observable = observables.get(name);
      if (observable === undefined) continue;
      for (const { value, labels } of samples) result.observe(observable, value, labels);
    }
  }, [...observables.values()]);
}
