import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../contracts/json/json.ts";
import { ok } from "../../contracts/result.ts";
import type { Needs } from "../needs/need_types.ts";
import { kvNeeds } from "../../tests/support/kv_contract.ts";
import { RecordedDeployment } from "../../tests/support/recorded_deployment.ts";
import { readDecision } from "../records/read_stored.ts";
import { stateDeclaration, type StatePorts } from "./state_declaration.ts";

/** Needs that declare one store, whose values have optional texts of these names. */
function declaring(digest: string, ...names: readonly string[]): Needs {
  const schema: JsonObject = {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
    additionalProperties: false,
  };
  const drafts = { kind: "map", stateVersion: "v1", schema, acceptedVersions: {} };
  return { ...kvNeeds({}), digest, state: { drafts } };
}

function portsOf({ plans, archive }: RecordedDeployment): StatePorts {
  return {
    store: {
      loadPlan: (_deployment, id) => Promise.resolve(ok(plans.get(id))),
      loadArchive: () =>
        Promise.resolve(ok([...archive.values()].map((text) => readDecision(text).orThrow()))),
    },
  };
}

/** The names that the schema declares at a digest. */
async function namesAt(recorded: RecordedDeployment, digest: string) {
  const state = await stateDeclaration(portsOf(recorded), recorded.record!, digest);
  const schema = state.orThrow()?.drafts?.schema;
  return typeof schema === "object" ? Object.keys(schema.properties ?? {}) : undefined;
}

function accept(recorded: RecordedDeployment, needs: Needs): void {
  recorded.propose(needs);
  recorded.decide();
}

Deno.test("[P28] each digest that may run has the state declaration that was accepted with it", async () => {
  const recorded = new RecordedDeployment();
  accept(recorded, declaring("first", "a"));
  accept(recorded, declaring("second", "a", "b"));
  recorded.propose(declaring("second-reworded", "a", "b"));
  accept(recorded, declaring("third", "a", "b", "c"));
  assertEquals(recorded.record?.desired?.digests, ["first", "second", "second-reworded", "third"]);
  assertEquals(await namesAt(recorded, "first"), ["a"]);
  assertEquals(await namesAt(recorded, "second"), ["a", "b"]);
  assertEquals(await namesAt(recorded, "second-reworded"), ["a", "b"]);
  assertEquals(await namesAt(recorded, "third"), ["a", "b", "c"]);
  assertEquals(await namesAt(recorded, "never presented"), undefined);
});

Deno.test("[P28] a digest that a migration left behind has no state declaration any more", async () => {
  const recorded = new RecordedDeployment();
  accept(recorded, declaring("first", "a"));
  accept(recorded, { ...declaring("second"), state: {} });
  assertEquals(await namesAt(recorded, "first"), undefined);
  const now = await stateDeclaration(portsOf(recorded), recorded.record!, "second");
  assertEquals(now.orThrow(), {});
});

Deno.test("[P28] what earlier digests declare is found behind a long history, as far as they may run", async () => {
  const recorded = new RecordedDeployment();
  const names: string[] = [];
  for (let i = 0; i < 40; i++) {
    names.push(`n${i}`);
    accept(recorded, declaring(`digest ${i}`, ...names));
    // What is rejected meanwhile fills the history as well.
    for (let j = 0; j < 4; j++) {
      recorded.propose({ ...declaring(`rejected ${i} ${j}`), state: {} });
      recorded.decide({ verb: "reject", reason: "no", acknowledgement: undefined });
    }
  }
  assert((recorded.record?.archived ?? 0) > 60);
  assertEquals(await namesAt(recorded, "digest 7"), undefined);
  for (let i = 8; i < 40; i++) {
    assertEquals((await namesAt(recorded, `digest ${i}`))?.length, i + 1);
  }
});

Deno.test("an earlier digest whose plan is gone is refused with what to do, and others are found", async () => {
  const recorded = new RecordedDeployment();
  accept(recorded, declaring("first", "a"));
  accept(recorded, declaring("second", "a", "b"));
  const gone = recorded.record?.desired?.planId ?? "";
  accept(recorded, declaring("third", "a", "b", "c"));
  recorded.plans.delete(gone);
  assertEquals(await namesAt(recorded, "first"), ["a"]);
  const missing = await stateDeclaration(portsOf(recorded), recorded.record!, "second");
  assert(missing.isErr());
  assertEquals(missing.error.code, "record_corrupt");
  assert(missing.error.message.includes(gone));
});
