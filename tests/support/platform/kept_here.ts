import { setTimeout as delay } from "node:timers/promises";
import { ok } from "../../../contracts/result.ts";
import type { PassingRecord, PassingRecords } from "../../../reconcile/users/passing_records.ts";

/** Records of this process alone, for what is decided about them; those on a server have tests of their own. */
export function keptHere(): PassingRecords {
  const kept = new Map<string, PassingRecord>();
  let revision = 0;
  return {
    read: (key) => Promise.resolve(ok(kept.get(key))),
    write(key, text, before) {
      if (kept.get(key)?.revision !== before) return Promise.resolve(ok("outdated"));
      kept.set(key, { text, revision: ++revision });
      return Promise.resolve(ok("written"));
    },
    async changed(key, before, withinMs) {
      const end = performance.now() + withinMs;
      while (kept.get(key)?.revision === before && performance.now() < end) await delay(5);
      return ok();
    },
    remove(key) {
      kept.delete(key);
      return Promise.resolve(ok());
    },
    room: () => Promise.resolve(ok({ count: kept.size, used: 0 })),
  };
}
