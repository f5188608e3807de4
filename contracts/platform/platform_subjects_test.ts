import { assertEquals } from "@std/assert";
import { PLATFORM_CONTRACTS } from "./platform_contracts.ts";
import { PLATFORM_IDS, PLATFORM_SUBJECTS } from "./platform_subjects.ts";

Deno.test("the subjects of Trellis are those that its contracts declare", () => {
  const declared = PLATFORM_CONTRACTS.flatMap(
    ({ manifest: { rpc = {}, operations, events, feeds } }) => {
      assertEquals([operations, events, feeds], [undefined, undefined, undefined]);
      return Object.values(rpc).map(({ subject }) => subject);
    },
  );
  assertEquals([...PLATFORM_SUBJECTS].toSorted(), declared.toSorted());
});

Deno.test("the ids written down are those of Trellis' own contracts", () => {
  assertEquals([...PLATFORM_IDS], PLATFORM_CONTRACTS.map(({ id }) => id));
});
