import { assertEquals, assertMatch } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract } from "../../../mod.ts";
import { deploy } from "../../support/deployed.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";
import { trellis } from "../support/trellis_command.ts";

const Counted = Type.Object({ key: Type.String(), n: Type.Integer() });
const Total = Type.Object({ sum: Type.Integer() });

const sums = defineServiceContract({ schemas: { Counted, Total } }, (ref) => ({
  id: "sums@v1",
  displayName: "Sums",
  description: "Adds.",
  events: { "Thing.Counted": { version: "v1", params: ["/key"], event: ref.schema("Counted") } },
  resources: {
    kv: {
      totals: {
        purpose: "Sums",
        schema: ref.schema("Total"),
        projection: { self: ["Thing.Counted"], key: "/key" },
      },
    },
  },
}));

/** What reducers add to each number. */
let more = 0;
const handlers = defineHandlers(sums, {
  projections: {
    totals: {
      "Thing.Counted": (total, { n }) => {
        if (n === 13) throw new Error("unlucky");
        return { sum: (total?.sum ?? 0) + n + more };
      },
    },
  },
});

Deno.test("projections are listed with how far they are, and made again by hand", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, sums, handlers);
  const run = (...words: readonly string[]) =>
    trellis(["projections", ...words], { env: { NATS_URL: server.url, NO_COLOR: "1" } });
  let last = 0;
  for (const [key, n] of [["a", 1], ["b", 2], ["a", 3], ["c", 13]] as const) {
    last = (await service.event.thing.counted.publish({ key, n }).orThrow()).sequence;
  }
  await service.kv.totals.reached(last).orThrow();
  const listed = await run("ls", "--json");
  assertEquals(JSON.parse(listed.stdout), {
    projections: [{
      deployment: "sums",
      alias: "totals",
      bucket: "svc_sums_totals",
      generation: 1,
      // That of the event which could not be folded has no value.
      keys: 3,
      behind: 0,
      dead: 1,
    }],
  });

  more = 10;
  const made = await run("rebuild", "sums", "totals");
  assertEquals([made.code, made.stdout], [
    0,
    "totals of sums is read from svc_sums_totals_g2 now\n",
  ]);
  const { stdout } = await run("ls", "sums");
  assertMatch(stdout, /^sums +totals +svc_sums_totals_g2 +3 +0 +1/m);
  await until(async () => {
    const { bucket } = await service.kv.totals.status().orThrow();
    return bucket === "svc_sums_totals_g2";
  }, "the service reads it");
  assertEquals((await service.kv.totals.get("a").orThrow()).value, { sum: 24 });

  const refused = async (...words: readonly string[]) => {
    const { code, stderr } = await run(...words, "--json");
    return [code, JSON.parse(stderr).error.code];
  };
  assertEquals(await refused("rebuild", "sums", "none"), [4, "projection_not_found"]);
  assertEquals(await refused("ls", "none"), [4, "deployment_not_found"]);
});
