import { assert, assertEquals, assertMatch } from "@std/assert";
import { provision } from "../support/deployed.ts";
import { SpokenProcess } from "../support/spoken_process.ts";
import { type ExportedSpan, OtlpCollector } from "../support/telemetry/otlp_collector.ts";
import { post, shop } from "../support/telemetry/traced_shop.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

/** What is measured of what the processes do, each by one attribute of it. */
const METRICS = [
  ["rpc.client.duration", "SoldOutError"],
  ["rpc.server.duration", "SoldOutError"],
  ["messaging.process.duration", "mailer"],
  ["db.client.operation.duration", "kv.orders"],
] as const;

const PROGRAM = new URL("../support/telemetry/traced_process.ts", import.meta.url);

Deno.test("a call, what it writes and publishes, and the job that follows are one trace over processes", async () => {
  await using server = await TrellisServer.start();
  await using collector = new OtlpCollector();
  const authority = await server.authority();
  for (const contract of [shop, post]) await provision(authority, contract);
  const start = (role: string) =>
    SpokenProcess.startWith(collector.environment(role), PROGRAM, server.url, role);
  let said = "";
  {
    await using shopProcess = start("shop");
    await using postProcess = start("post");
    for (const process of [shopProcess, postProcess]) {
      await until(() => process.hasSaid("serving"), "a service serves");
    }
    await using deskProcess = start("desk");
    await until(() => deskProcess.hasSaid("done"), "all is answered");
    said = deskProcess.said;
    const areThere = () => {
      const names = collector.spans.map(({ name }) => name);
      const counts = [...collector.counts.values()];
      const isMeasured = ([name, value]: typeof METRICS[number]) =>
        counts.some(({ metric, attributes }) =>
          metric === name && Object.values(attributes).includes(value)
        );
      return ["process job.sendMail", "process operation.Mail.Count", "put store.papers"]
        .every((name) => names.includes(name)) &&
        names.filter((name) => name === "Order/Place").length === 4 &&
        names.filter((name) => name === "Mail/Count").length === 2 &&
        collector.logs.some(({ text }) => text.includes("placing o-1")) &&
        METRICS.every(isMeasured);
    };
    await until(areThere, "all is exported");
  }

  const { spans, logs } = collector;
  const [placed, refused] = spans.filter(({ name, process }) =>
    name === "Order/Place" && process === "desk"
  ).toSorted((a, b) => Number(a.failed) - Number(b.failed));
  assert(placed !== undefined && refused !== undefined);
  assertEquals(treeOf(placed, spans), [
    "desk client Order/Place",
    "  shop server Order/Place",
    "    shop client find store.papers",
    "    shop producer publish events.v1.Order.Placed",
    "      post consumer process events.v1.Order.Placed",
    "        post producer create job.sendMail",
    "          post consumer process job.sendMail",
    "    shop client put kv.orders",
    "    shop client put store.papers",
  ]);
  assertEquals(treeOf(refused, spans), ["desk client Order/Place", "  shop server Order/Place"]);
  assertEquals(refused.attributes["error.type"], "SoldOutError");
  assertEquals(said.split("\n")[0], `refused ${refused.trace}`);
  const started = spans.find(({ name, parent }) => name === "Mail/Count" && parent === undefined);
  assert(started !== undefined);
  assertEquals(treeOf(started, spans), [
    "desk client Mail/Count",
    "  post server Mail/Count",
    "    post consumer process operation.Mail.Count",
  ]);

  const served = spans.find(({ parent }) => parent === placed.span);
  const line = logs.find(({ text }) => text.includes("placing o-1"));
  assertEquals([line?.trace, line?.span], [placed.trace, served?.span]);

  const { attributes } = served!;
  assertMatch(String(attributes["trellis.request.id"]), /^[0-9A-Z]{26}$/);
  assertEquals({ ...attributes, "trellis.request.id": "" }, {
    "messaging.destination.name": "rpc.v1.Order.Place",
    "messaging.system": "nats",
    "rpc.method": "Place",
    "rpc.service": "Order",
    "rpc.system": "trellis",
    "trellis.contract": "shop@v1",
    "trellis.deployment": "shop",
    "trellis.request.id": "",
  });
  const counted = (metric: string, of: Record<string, string>) =>
    [...collector.counts.values()].filter((count) =>
      count.metric === metric &&
      Object.entries(of).every(([name, value]) => count.attributes[name] === value)
    ).map(({ process, unit, count }) => [process, unit, count]);
  const failed = { "rpc.method": "Place", "error.type": "SoldOutError" };
  assertEquals(counted("rpc.server.duration", { "rpc.method": "Place" }).length, 2);
  assertEquals(counted("rpc.server.duration", failed), [["shop", "s", 1]]);
  assertEquals(counted("rpc.client.duration", failed), [["desk", "s", 1]]);
  const put = { "db.operation.name": "put", "db.collection.name": "kv.orders" };
  assertEquals(counted("db.client.operation.duration", put), [["shop", "s", 1]]);
  const mailer = { "messaging.consumer.group.name": "mailer" };
  assertEquals(counted("messaging.process.duration", mailer), [["post", "s", 1]]);
  const values = JSON.stringify([...collector.counts.values()].map(({ attributes }) => attributes));
  assert(!/o-1|[0-9A-Z]{26}/.test(values), "an id in the attributes of a metric");
});

const KINDS: Readonly<Record<number, string>> = {
  2: "server",
  3: "client",
  4: "producer",
  5: "consumer",
};

function treeOf(root: ExportedSpan, spans: readonly ExportedSpan[], depth = 0): readonly string[] {
  const children = spans.filter(({ parent, trace }) =>
    parent === root.span && trace === root.trace
  );
  return [
    `${"  ".repeat(depth)}${root.process} ${KINDS[root.kind]} ${root.name}`,
    ...children.toSorted((a, b) => a.name < b.name ? -1 : 1)
      .flatMap((child) => treeOf(child, spans, depth + 1)),
  ];
}
