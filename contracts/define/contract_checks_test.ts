import { assertEquals, assertThrows } from "@std/assert";
import * as Type from "@sinclair/typebox";
import { parseManifest } from "../manifest/manifest_check.ts";
import { ContractError } from "../manifest/mistake.ts";
import { PLATFORM_CONTRACTS } from "../platform/platform_contracts.ts";
import { defineAppContract } from "./define.ts";

const Draft = Type.Object({ title: Type.String({ maxLength: 20 }) });

/** An app, whose id or whose schema may be wrong. */
const define = (id = "drafts@v1" as const, Schema: object = Draft) =>
  defineAppContract({ schemas: { Draft: Schema } }, () => ({
    id,
    displayName: "Drafts",
    description: "Keeps drafts.",
    state: { drafts: { kind: "map", schema: { schema: "Draft" } } },
  }));

Deno.test("a page defines the same contract without the checks, which Trellis' own contracts pass", async () => {
  for (const { manifest } of PLATFORM_CONTRACTS) {
    assertEquals(parseManifest(JSON.parse(JSON.stringify(manifest))).isOk(), true, manifest.id);
  }
  const wrong = "Drafts" as "drafts@v1";
  const misspelt = Type.Object({ title: Type.String({ maxLenght: 20 }) });
  const unchecked = define();
  assertEquals(define(wrong).id, wrong);
  define(undefined, misspelt);

  await import("./check_contracts.ts");
  const checked = define();
  assertEquals([checked.digest, checked.manifest], [unchecked.digest, unchecked.manifest]);
  assertThrows(() => define(wrong), ContractError, "contract id");
  assertThrows(() => define(undefined, misspelt), ContractError, "maxLength");
});
