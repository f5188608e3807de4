import { assertStringIncludes } from "@std/assert";
import { err } from "../../contracts/result.ts";
import { AuthorityError, type AuthorityErrorCode } from "../records/authority_error.ts";
import type { ReconcileEvent } from "./reconcile_event.ts";
import { reportOutcome } from "./reconcile_outcome.ts";

for (const code of ["deployment_not_found", "record_corrupt"] satisfies AuthorityErrorCode[]) {
  Deno.test(`${code} is reported with what makes the record again`, () => {
    const events: ReconcileEvent[] = [];
    reportOutcome(
      { problems: "[]", materialized: "", causes: new Map() },
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
