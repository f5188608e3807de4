import { assertEquals } from "@std/assert";
import { ok } from "../../contracts/result.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import { callerToken } from "../../contracts/identity/caller.ts";
import { shop } from "../../tests/support/platform/shops.ts";
import { until } from "../../tests/support/until.ts";
import { SessionCloser, type SessionCloserParts } from "./session_closer.ts";

type Opened = ReadonlyMap<string, string>;
type IsMeant = (name: string) => boolean;

Deno.test("decisions that come together are looked at once, and each moves whom it concerns", async () => {
  const names = Array.from({ length: 200 }, (_, i) => `shop-${i}`);
  const needs = needsOf(shop.manifest, shop.digest);
  const records = names.map((deployment) => ({
    deployment,
    desired: { version: 1, planId: "", needs: { ...needs, contract: `${deployment}@v1` } },
  } as object as AuthorityRecord));
  const moved: IsMeant[] = [];
  let reads = 0;
  let decided = (_deployment: string) => {};
  const move = (isMeant: IsMeant) => {
    moved.push(isMeant);
    return Promise.resolve(ok<Opened>(new Map()));
  };
  const parts: SessionCloserParts = {
    live: { moveAll: move, closeAll: move },
    holdings: { loadAll: () => Promise.resolve(ok([])), watch: () => Promise.resolve() },
    users: { watch: () => Promise.resolve() },
    sessions: { list: () => Promise.resolve([]) },
    authority: {
      list: () => Promise.resolve(ok((reads++, records))),
      store: {
        watch: (changed) => Promise.resolve(void (decided = changed)),
        loadPlan: () => Promise.resolve(ok(undefined)),
      },
    },
    onError: (cause) => {
      throw cause;
    },
  };
  await using _closer = new SessionCloser(parts);
  for (const deployment of names) decided(deployment);
  await until(() => moved.length > 0, "sessions are asked to move");
  assertEquals([reads, moved.length], [1, 1]);
  const isMeant = moved[0] ?? (() => false);
  const session = "a".repeat(16);
  const of = (id: string) => callerToken({ principal: { kind: "service", id }, session });
  assertEquals([of("shop-0"), of("shop-199"), of("orders")].map(isMeant), [true, true, false]);
});
