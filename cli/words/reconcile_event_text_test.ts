import { assertEquals } from "@std/assert";
import { reconcileEventText } from "./reconcile_event_text.ts";

Deno.test("a repair says who made the change and what it may have deleted", () => {
  const text = reconcileEventText({
    kind: "repaired",
    deployment: "d",
    resource: "kv/a",
    bucket: "svc_d_a",
    changes: [{ field: "history", from: 2, to: 5 }],
    lost: false,
    cause: {
      kind: "changed",
      bucket: "kv/svc_d_a",
      at: "2026-01-31T12:00:00Z",
      by: { name: "nats CLI", user: undefined, host: "127.0.0.1", own: false },
    },
  });
  assertEquals(
    text,
    "svc_d_a was changed by nats CLI (127.0.0.1) at 2026-01-31T12:00:00Z; undone: history 2 -> 5; " +
      "older revisions may be gone",
  );
});
