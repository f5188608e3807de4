import type { EventSchemas } from "../../letters/event_schemas.ts";
import type { Letter } from "../../letters/letter.ts";

/** A letter as `--json` prints it. */
export function letterJson(
  { cause, digest, ...letter }: Letter,
  schemas: EventSchemas,
): Readonly<Record<string, string | number | null>> {
  const isEvent = letter.kind !== "job" && letter.kind !== "operation";
  return {
    ...letter,
    event: isEvent ? schemas.nameOf(letter.subject) : null,
    cause: cause ?? null,
    digest: digest ?? null,
  };
}
