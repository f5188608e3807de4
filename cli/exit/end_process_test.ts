import { assertEquals } from "@std/assert";

/** Records until the regular export of metrics is under way, and ends. */
const PROGRAM = `
import { metrics } from "@opentelemetry/api";
import { endProcess } from ${JSON.stringify(new URL("./end_process.ts", import.meta.url).href)};
const histogram = metrics.getMeter("test").createHistogram("seconds");
const end = performance.now() + 350;
while (performance.now() < end) {
  histogram.record(1);
  await new Promise((resolve) => setTimeout(resolve, 5));
}
endProcess(3);
`;

Deno.test("a process whose metrics are exported ends, with its code", async () => {
  await using collector = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      await request.arrayBuffer().catch(() => {});
      return Response.json({});
    },
  );
  const run = async () => {
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", PROGRAM],
      env: {
        OTEL_DENO: "true",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
        OTEL_METRIC_EXPORT_INTERVAL: "200",
      },
      stdout: "inherit",
      stderr: "inherit",
      signal: AbortSignal.timeout(30_000),
    }).output();
    return code;
  };
  // By Deno.exit, one in four did not end.
  const codes = await Promise.all(Array.from({ length: 12 }, run));
  assertEquals(codes, codes.map(() => 3));
});
