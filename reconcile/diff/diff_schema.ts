/**
 * Compares schemas in the direction in which values travel: what others have written must be taken
 * by the new schema, and what others receive must be taken by the schema that they know.
 *
 * @module
 */
import { compareSchemas } from "../../contracts/compatibility/compare_schemas.ts";
import type {
  DangerousSchemaChangeCode,
  SafeSchemaChangeCode,
  SchemaComparison,
  SchemaFinding,
} from "../../contracts/compatibility/finding.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import { changeCatalogue } from "../changes/catalogue.ts";
import type { ChangeCode, DangerousOutputChangeCode } from "../changes/change_code.ts";
import { type ChangeDetails, type Report, same } from "./diff_report.ts";

type Schema = JsonObject | boolean;

/** Compares schemas for one diff; contracts often use the same few in many places. */
export class SchemaDiff {
  readonly #known = new Map<string, SchemaComparison>();

  /** Values that were written with `before` meet `after`: stored values, input, queued work. */
  written(path: string, before: Schema, after: Schema, report: Report): void {
    if (!same(before, after)) reportAll(path, this.#written(before, after), report);
  }

  /** Values that are made with `after` meet `before`: output, progress, feeds, data of errors. */
  received(path: string, before: Schema, after: Schema, report: Report): void {
    if (!same(before, after)) reportAll(path, this.#received(before, after), report);
  }

  /** Both at once: subscribers know the old schema, and stored events are read with the new one. */
  both(path: string, before: Schema, after: Schema, report: Report): void {
    if (same(before, after)) return;
    const written = this.#written(before, after);
    const received = this.#received(before, after);
    const dangerous = [...written, ...received].filter(({ code }) => isDangerous(code));
    // What is safe in both directions is one change, not two.
    reportAll(path, dangerous.length > 0 ? dangerous : written, report);
  }

  /** What of `before` the new schema may refuse; none when it takes every declared value. */
  dangers(before: Schema, after: Schema): readonly SchemaFinding[] {
    if (same(before, after)) return [];
    return complete(this.#compare(before, after)).filter(({ code }) => isDangerous(code));
  }

  #written(before: Schema, after: Schema): readonly Found[] {
    return complete(this.#compare(before, after)).map((
      { code, path, message, before, after, example },
    ) => ({
      code,
      path,
      op: "change",
      // While instances of both contracts run, the older ones meet values of the newer ones.
      reason: code === "schema.widened" ? `${message} ${OLDER_INSTANCES}` : message,
      before,
      after,
      example,
    }));
  }

  #received(before: Schema, after: Schema): readonly Found[] {
    return complete(this.#compare(after, before)).map((finding) => ({
      code: RECEIVED[finding.code],
      path: finding.path,
      op: "change",
      // The comparison was made the other way round; its message would say the opposite.
      before: finding.after,
      after: finding.before,
      example: finding.example,
    }));
  }

  #compare(old: Schema, now: Schema): SchemaComparison {
    const pair = JSON.stringify([old, now]);
    const known = this.#known.get(pair) ?? compareSchemas(old, now);
    this.#known.set(pair, known);
    return known;
  }
}

const OLDER_INSTANCES = "Instances that still run the older contract refuse values that only the " +
  "new schema takes.";

interface Found extends ChangeDetails {
  readonly code: ChangeCode;
  readonly path: string;
}

function reportAll(base: string, found: readonly Found[], report: Report): void {
  for (const { code, path, ...details } of found) report(code, base + path, details);
}

/** Nothing that is not proved passes as safe, whatever the findings are. */
function complete({ verdict, findings }: SchemaComparison): readonly SchemaFinding[] {
  if (verdict === "same") return [];
  if (verdict === "compatible" || findings.some(({ code }) => isDangerous(code))) return findings;
  const message = "it is not proved that every old value is still taken";
  return [...findings, { code: "schema.unproved", path: "", message }];
}

function isDangerous(code: ChangeCode): boolean {
  return changeCatalogue[code].severity === "dangerous";
}

/** The mirror image of each schema change. Its own words are in the catalogue. */
const RECEIVED:
  & {
    readonly [Code in SafeSchemaChangeCode]: ChangeCode;
  }
  & { readonly [Code in DangerousSchemaChangeCode]: DangerousOutputChangeCode } = {
    "schema.widened": "output.narrowed",
    "schema.annotated": "schema.annotated",
    "schema.required.added": "output.required.removed",
    "schema.properties.closed": "output.properties.opened",
    "schema.type.narrowed": "output.type.widened",
    "schema.enum.narrowed": "output.enum.widened",
    "schema.variant.removed": "output.variant.added",
    "schema.range.narrowed": "output.range.widened",
    "schema.length.narrowed": "output.length.widened",
    "schema.pattern.changed": "output.pattern.changed",
    "schema.format.changed": "output.format.changed",
    "schema.items.narrowed": "output.items.widened",
    "schema.size.narrowed": "output.size.widened",
    "schema.forbidden": "output.allowed",
    "schema.meaning.changed": "output.meaning.changed",
    "schema.unproved": "output.unproved",
  };
