import type { EventSchemas } from "../../letters/event_schemas.ts";
import type { Letter } from "../../letters/letter.ts";

/** A letter as `--json` prints it. */
export function letterJson(
  { cause, digest, ...letter }: Letter,
  schemas: EventSchemas,
): Readonly<Record<string, string | number | null>> {
  return {
    ...letter,
    event: schemas.nameOf(letter.subject),
    cause: cause ?? null,
    digest: digest ?? null,
  };
}
