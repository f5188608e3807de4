import { assertEquals, assertMatch } from "@std/assert";
import {
  type Activity,
  callActivity,
  createActivity,
  dataActivity,
  eventActivity,
  publishActivity,
  servedActivity,
  workActivity,
} from "./activity.ts";

const ORDERS = { name: "Orders.Create", subject: "rpc.v1.Orders.Create" };

const ACTIVITIES: readonly (readonly [Activity, kind: string, name: string, metric: string])[] = [
  [callActivity(ORDERS), "client", "Orders/Create", "rpc.client.duration"],
  [servedActivity(ORDERS), "server", "Orders/Create", "rpc.server.duration"],
  [
    servedActivity({ name: "Ping", subject: "rpc.v1.Ping" }),
    "server",
    "Ping",
    "rpc.server.duration",
  ],
  [
    publishActivity("events.v1.Orders.Placed"),
    "producer",
    "publish events.v1.Orders.Placed",
    "messaging.client.operation.duration",
  ],
  [
    eventActivity("mailer", "events.v1.Orders.Placed"),
    "consumer",
    "process events.v1.Orders.Placed",
    "messaging.process.duration",
  ],
  [
    createActivity("sendMail"),
    "producer",
    "create job.sendMail",
    "messaging.client.operation.duration",
  ],
  [
    workActivity("job", "sendMail"),
    "consumer",
    "process job.sendMail",
    "messaging.process.duration",
  ],
  [
    workActivity("operation", "Report.Export"),
    "consumer",
    "process operation.Report.Export",
    "messaging.process.duration",
  ],
  [dataActivity("kv", "orders", "put"), "client", "put kv.orders", "db.client.operation.duration"],
];

Deno.test("what is recorded has the kinds, names and metrics of OpenTelemetry's conventions", () => {
  for (const [activity, kind, name, metric] of ACTIVITIES) {
    assertEquals([activity.kind, activity.name, activity.metric], [kind, name, metric]);
    const { "messaging.system": messaging, "db.system.name": data } = activity.attributes;
    assertEquals(messaging ?? data, "nats", name);
    for (const key of Object.keys(activity.attributes)) {
      assertMatch(key, /^(rpc|messaging|db)(\.[a-z]+)+$/);
    }
  }
});

Deno.test("an RPC is a method of a service, called and served under one name", () => {
  const { attributes } = callActivity(ORDERS);
  assertEquals(attributes, servedActivity(ORDERS).attributes);
  assertEquals(attributes, {
    "rpc.system": "trellis",
    "rpc.service": "Orders",
    "rpc.method": "Create",
    "messaging.system": "nats",
    "messaging.destination.name": "rpc.v1.Orders.Create",
  });
  assertEquals(
    callActivity({ name: "Ping", subject: "rpc.v1.Ping" }).attributes["rpc.service"],
    "",
  );
});
