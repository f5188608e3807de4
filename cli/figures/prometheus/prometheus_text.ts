import type { Latency } from "../../../contracts/live/latency.ts";
import { latencyTotal } from "../../../contracts/live/latency.ts";

/** What tells the samples of a family apart. */
export type Labels = Readonly<Record<string, string>>;

/** One figure with its labels. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Durations with their labels. */
export interface HistogramSample {
  readonly labels: Labels;
  readonly latency: Latency;
  /** Of all durations together, in seconds. */
  readonly sumS: number;
}

/** Figures of one name. */
export type Family =
  & {
    /** With its unit, and `_total` for what only grows. */
    readonly name: string;
    /** One sentence. */
    readonly help: string;
  }
  & (
    | { readonly type: "counter" | "gauge"; readonly samples: readonly Sample[] }
    | { readonly type: "histogram"; readonly samples: readonly HistogramSample[] }
  );

/** The media type of {@link prometheusText}. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Families as Prometheus reads them; those without samples are left out. */
export function prometheusText(families: readonly Family[]): string {
  return families.filter(({ samples }) => samples.length > 0).map((family) => {
    const { name, help, type } = family;
    const lines = family.type === "histogram"
      ? family.samples.flatMap((sample) => histogramLines(name, sample))
      : family.samples.map(({ labels, value }) => line(name, labels, value));
    return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`;
  }).join("");
}

function histogramLines(name: string, { labels, latency, sumS }: HistogramSample): string[] {
  let upTo = 0;
  const buckets = latency.boundsMs.map((bound, at) => {
    upTo += latency.counts[at] ?? 0;
    return line(`${name}_bucket`, { ...labels, le: String(bound / 1000) }, upTo);
  });
  const total = latencyTotal(latency);
  return [
    ...buckets,
    line(`${name}_bucket`, { ...labels, le: "+Inf" }, total),
    line(`${name}_sum`, labels, sumS),
    line(`${name}_count`, labels, total),
  ];
}

function line(name: string, labels: Labels, value: number): string {
  const text = Object.entries(labels)
    .map(([label, of]) => `${label}="${escaped(of).replaceAll('"', '\\"')}"`).join(",");
  return text === "" ? `${name} ${value}` : `${name}{${text}} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
