import { assertEquals, assertStringIncludes } from "@std/assert";
import { err, ok } from "../../contracts/result.ts";
import { AuthorityError, type AuthorityErrorCode } from "../records/authority_error.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";
import type { ReconcileEvent } from "./reconcile_event.ts";
import { reportOutcome } from "./reconcile_outcome.ts";

for (const code of ["deployment_not_found", "record_corrupt"] satisfies AuthorityErrorCode[]) {
  Deno.test(`${code} is reported with what makes the record again`, () => {
    const events: ReconcileEvent[] = [];
    reportOutcome(
      { problems: "[]", reported: new Set(), materialized: "", causes: new Map() },
      err(new AuthorityError(code, "what happened", "what its maker says")),
      {
        report: (event) => void events.push(event),
        deployment: "shop",
        awaited: false,
        retryMs: undefined,
      },
    );
    const [event] = events;
    const hint = event?.kind === "failed" ? event.hint : "";
    assertStringIncludes(hint, "save the contract of shop, or start this process again");
  });
}

Deno.test("failures that take turns are reported once each, and that they are over as well", () => {
  const events: ReconcileEvent[] = [];
  const last = { problems: "[]", reported: new Set<string>(), materialized: "", causes: new Map() };
  const context = {
    report: (event: ReconcileEvent) => void events.push(event),
    deployment: "shop",
    awaited: true,
    retryMs: 500,
  };
  const record: AuthorityRecord = {
    format: "trellis.authority.v1",
    deployment: "shop",
    mode: "dev",
    modeBy: "me",
    retired: [],
    history: [],
  };
  const done = ok({ record, materialized: undefined, actions: [] });
  for (const message of ["no answer", "no room", "no answer", "no room"]) {
    reportOutcome(last, err(new AuthorityError("unavailable", message, "wait")), context);
  }
  assertEquals(events.map((event) => event.kind === "failed" && event.message), [
    "no answer",
    "no room",
  ]);
  reportOutcome(last, done, context);
  reportOutcome(last, done, context);
  assertEquals(events.slice(2).map(({ kind }) => kind), ["recovered"]);
});
