import { assert, assertEquals } from "@std/assert";
import { recordingTerminal } from "../terminal/recording_terminal.ts";
import type { ChainNode, GroupFact, ValueFact } from "./chain.ts";
import { chainText } from "./chain_text.ts";

const ID = "01K9ZQ4T0VWXY2A3B4C5D6E7F8";
const of = { deployment: "shop", at: 1000, isDeletion: false, cause: "" } as const;
const value: ValueFact = { ...of, kind: "kv", alias: "orders", key: ID, revision: "7" };
const folded = { ...value, alias: "o", folded: { sequence: 90, hasMore: true } };
const group: GroupFact = {
  kind: "group",
  deployment: "shop",
  group: "mailer",
  formerly: undefined,
  state: "dead",
  error: `gave_up after 5 tries: no such address ${"x".repeat(80)}`,
  at: 1200,
};
const chain: ChainNode = {
  fact: { kind: "rpc", id: ID, at: 0 },
  children: [
    { fact: group, children: [{ fact: value, children: [] }, { fact: folded, children: [] }] },
    { fact: { ...value, isDeletion: true }, children: [] },
  ],
};

Deno.test("a chain is a tree that fits its terminal, and is one thing on each line elsewhere", () => {
  const at = (isTerminal: boolean, columns: number) =>
    chainText(chain, recordingTerminal({ isTerminal, columns }).terminal.out).split("\n");
  assertEquals(at(true, 80), [
    `rpc ${ID}`,
    "│    (the call itself is not stored)  1970-01-01T00:00:00.000Z",
    "├─ group shop/mailer",
    `│  │    dead: gave_up after 5 tries: no such address ${"x".repeat(27)}`,
    `│  │    ${"x".repeat(53)}  +1200 ms`,
    `│  ├─ kv shop/orders ${ID}  written, revision 7  +1000 ms`,
    `│  └─ kv shop/o ${ID}`,
    "│          written, revision 7, with later events up to 90  +1000 ms",
    `└─ kv shop/orders ${ID}  deleted, revision 7  +1000 ms`,
  ]);
  assert(at(true, 50).every((line) => line.length <= 50));
  assertEquals(at(false, 80).length, 5);
});
