import type { Family, Sample } from "../prometheus/prometheus_text.ts";

/** Figures of one name, as OpenTelemetry calls them. */
export interface ObservedFigure {
  readonly kind: "counter" | "gauge";
  /** As `trellis.queue.depth`. */
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly samples: readonly Sample[];
}

/** What is told of RPCs, which those who serve them export themselves. */
const OF_SERVICES = /^trellis_rpc_/;

/** Families of Prometheus as OpenTelemetry calls them: the unit is no part of the name. */
export function observedFigures(families: readonly Family[]): readonly ObservedFigure[] {
  return families.flatMap((family) => {
    if (family.type === "histogram" || OF_SERVICES.test(family.name)) return [];
    const { name, type: kind, help: description, samples } = family;
    return [{
      kind,
      name: name.replace(/_(?:total|seconds)$/, "").replaceAll("_", "."),
      unit: name.endsWith("_seconds") ? "s" : "1",
      description,
      samples,
    }];
  });
}
