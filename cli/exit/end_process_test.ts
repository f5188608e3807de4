import { assertEquals } from "@std/assert";

/** Records for a time, in which the regular export of metrics gets under way, and ends. */
const program = (ms: number) => `
import { metrics } from "@opentelemetry/api";
import { endProcess } from ${JSON.stringify(new URL("./end_process.ts", import.meta.url).href)};
const histogram = metrics.getMeter("test").createHistogram("seconds");
const end = performance.now() + ${ms};
while (performance.now() < end) {
  histogram.record(1);
  await new Promise((resolve) => setTimeout(resolve, 5));
}
endProcess(3, 3_000);
`;

Deno.test("a process whose metrics are exported ends, with its code", async () => {
  await using collector = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      await request.arrayBuffer().catch(() => {});
      return Response.json({});
    },
  );
  // By Deno.exit, one in four did not end.
  const codes = await Promise.all(Array.from({ length: 12 }, () => run(collector.addr.port, 350)));
  assertEquals(codes, codes.map(() => 3));
});

Deno.test("a process whose collector takes metrics and never answers is ended", async () => {
  const asked: Deno.Conn[] = [];
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const taking = (async () => {
    for await (const connection of listener) asked.push(connection);
  })();
  const code = await run(listener.addr.port, 900);
  assertEquals([code, asked.length > 0], [137, true]);
  for (const connection of asked) connection.close();
  listener.close();
  await taking;
});

/** The exit code of the program, which records for `ms` and whose metrics go to a port. */
async function run(port: number, ms: number): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", program(ms)],
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_METRIC_EXPORT_INTERVAL: "200",
    },
    stdout: "inherit",
    stderr: "inherit",
    signal: AbortSignal.timeout(30_000),
  }).output();
  return code;
}
