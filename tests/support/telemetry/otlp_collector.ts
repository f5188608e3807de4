import { isRecord } from "../../../contracts/json/json.ts";

/** A span as a process has exported it. */
export interface ExportedSpan {
  readonly trace: string;
  readonly span: string;
  /** Undefined where it has none. */
  readonly parent: string | undefined;
  readonly name: string;
  /** By the numbers of OTLP: 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** `service.name` of its process. */
  readonly process: string;
}

/** A line that a process has logged. */
export interface ExportedLog {
  readonly text: string;
  readonly trace: string;
  readonly span: string;
  readonly process: string;
}

/** What was measured, with its attributes: how many there were. */
export interface ExportedCount {
  readonly metric: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly count: number;
  readonly process: string;
}

/** Takes what processes export as JSON over HTTP, as a collector does. */
export class OtlpCollector implements AsyncDisposable {
  readonly spans: ExportedSpan[] = [];
  readonly logs: ExportedLog[] = [];
  /** What was exported last for each metric and its attributes. */
  readonly counts = new Map<string, ExportedCount>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** Listens on a free port. */
  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        const body: unknown = await request.json();
        this.#take(new URL(request.url).pathname, body);
        return Response.json({});
      },
    );
  }

  /** What processes are started with to export to it, soon. */
  environment(process: string): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_SERVICE_NAME: process,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
      OTEL_BSP_SCHEDULE_DELAY: "100",
      OTEL_METRIC_EXPORT_INTERVAL: "200",
    };
  }

  /** Listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #take(path: string, body: unknown): void {
    for (const { process, scopes } of exportsOf(body)) {
      for (const scope of scopes) {
        if (path === "/v1/traces") {
          this.spans.push(...list(scope.spans).map((span) => spanOf(span, process)));
        } else if (path === "/v1/logs") {
          this.logs.push(
            ...list(scope.logRecords).map((log) => ({
              text: String(valueOf(log.body)),
              trace: String(log.traceId ?? ""),
              span: String(log.spanId ?? ""),
              process,
            })),
          );
        } else for (const metric of list(scope.metrics)) this.#measure(metric, process);
      }
    }
  }

  #measure(metric: Fields, process: string): void {
    const kept = [metric.histogram, metric.sum, metric.gauge].find(isRecord);
    for (const point of list(kept?.dataPoints)) {
      const attributes = attributesOf(point.attributes);
      const name = String(metric.name);
      this.counts.set(`${process} ${name} ${JSON.stringify(attributes)}`, {
        metric: name,
        unit: String(metric.unit),
        attributes,
        count: Number(point.count ?? point.asInt ?? point.asDouble),
        process,
      });
    }
  }
}

type Fields = Readonly<Record<string, unknown>>;

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function exportsOf(body: unknown): readonly { process: string; scopes: readonly Fields[] }[] {
  if (!isRecord(body)) return [];
  const resources = [body.resourceSpans, body.resourceLogs, body.resourceMetrics].flatMap(list);
  return resources.map((resource) => {
    const attributes = isRecord(resource.resource) ? resource.resource.attributes : [];
    return {
      process: String(attributesOf(attributes)["service.name"]),
      scopes: [resource.scopeSpans, resource.scopeLogs, resource.scopeMetrics].flatMap(list),
    };
  });
}

function spanOf(span: Fields, process: string): ExportedSpan {
  return {
    trace: String(span.traceId),
    span: String(span.spanId),
    parent: String(span.parentSpanId ?? "") || undefined,
    name: String(span.name),
    kind: Number(span.kind),
    failed: isRecord(span.status) && Number(span.status.code) === 2,
    attributes: attributesOf(span.attributes),
    process,
  };
}

function attributesOf(attributes: unknown): Fields {
  return Object.fromEntries(
    list(attributes).map(({ key, value }) => [String(key), valueOf(value)]),
  );
}

function valueOf(value: unknown): unknown {
  return isRecord(value) ? Object.values(value)[0] : undefined;
}
