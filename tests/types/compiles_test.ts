import { assert, assertEquals, assertThrows } from "@std/assert";
import { ContractError } from "@qlever-llc/trellis";
import * as contractMistakes from "./contract_mistakes.ts";
import * as notes from "./documented/notes_contract.ts";
import * as graph from "./documented/graph_contract.ts";
import * as resources from "./documented/resources_contract.ts";
import * as resourceMistakes from "./resource_mistakes.ts";
import * as stateMistakes from "./state_mistakes.ts";

Deno.test("the documented contracts compile and are defined", () => {
  const ids = [graph.contract, notes.contract, resources.contract].map((contract) => contract.id);
  assertEquals(ids, ["graph@v1", "acme.notes@v1", "audit@v1"]);
});

/** What only the compiler can see: the manifest has open declarations, or the member is gone. */
const COMPILER_ONLY = [
  "kvWithMisspeltLimit",
  "storeWithSchema",
  "storeWithKnobs",
  "storeWithOwners",
  "streamResource",
  "streamsResource",
  "stateWithMisspeltMember",
  "unknownSection",
  "useWithoutNeed",
  "useWithMisspeltAction",
  "useOfResource",
  "errorWithoutField",
  "errorWithWrongField",
];

Deno.test("what does not compile is refused at run time as well, where the manifest shows it", () => {
  const mistakes: readonly (readonly [string, () => unknown])[] = [
    ...Object.entries(contractMistakes),
    ...Object.entries(resourceMistakes),
    ...Object.entries(stateMistakes),
  ];
  assert(mistakes.length > 30);
  for (const [name, define] of mistakes) {
    if (!COMPILER_ONLY.includes(name)) assertThrows(define, ContractError, undefined, name);
  }
});
