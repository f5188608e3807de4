import type { DangerousEntry, Entries } from "./catalogue_entry.ts";
import type { CodesOf } from "./change_code.ts";

const safe = "safe";

/** What is refused is the same everywhere; title and reason say why. */
function refusing(title: string, reason: string, wayOut: string): DangerousEntry {
  return { severity: "dangerous", title, reason, danger: REFUSED, wayOut };
}

const REFUSED = "Values that were right before are refused: stored values cannot be read, queued " +
  "work fails, and callers that send them get a ValidationError.";

/** Changes of schemas whose values others have written: old values meet the new schema. */
export const schemaEntries: Entries<CodesOf<"schema">> = {
  "schema.widened": {
    severity: safe,
    title: "a schema takes more values; instances of the older contract refuse the new ones",
    reason: "it is proved that every value of the old schema is taken by the new one",
  },
  "schema.annotated": {
    severity: safe,
    title: "a schema is described differently",
    reason: "only words for people changed; the same values are taken",
  },
  "schema.property.reused": {
    severity: "dangerous",
    title: "a property is declared that an earlier version declared otherwise",
    reason: "values with the property as it was may still be stored",
    danger:
      "It was dropped from an object that takes undeclared members, so stored values keep it. " +
      "Reading a value or revision in which it does not fit is an error.",
    wayOut:
      "Give the property another name, or declare it so that it takes the old values as well; " +
      "or write the stored values again without it first. Where every stored value and revision was " +
      "seen to fit, the change is safe.",
  },
  "schema.property.declared": {
    severity: "dangerous",
    title: "a property is declared that stored values may already have",
    reason: "the object took undeclared members, so stored values may have this one in any form",
    danger: "Reading a value or revision in which the property does not fit is an error.",
    wayOut:
      "Give the property another name, or declare it so that it takes what is stored; or write the " +
      "stored values again without it first. Where every stored value and revision was seen to fit, " +
      "the change is safe.",
  },
  "schema.required.added": refusing(
    "a property must be present",
    "values without it exist, or may be sent",
    "Make the property optional and fill it in where it is read; or write the stored values again " +
      "with the property first.",
  ),
  "schema.properties.closed": refusing(
    "members are refused that were taken before",
    "values with such members exist, or may be sent",
    "Leave the object open, or keep the members declared as optional ones.",
  ),
  "schema.type.narrowed": refusing(
    "fewer types are taken",
    "values of the other types exist, or may be sent",
    "Take both types for a while, with a union; or add a property of the new type beside the old.",
  ),
  "schema.enum.narrowed": refusing(
    "fewer literal values are taken",
    "the other values exist, or may be sent",
    "Keep the old values in the schema, and stop writing them.",
  ),
  "schema.variant.removed": refusing(
    "an alternative is taken away",
    "values of that alternative exist, or may be sent",
    "Keep the alternative in the union, and stop writing it.",
  ),
  "schema.range.narrowed": refusing(
    "the bounds of a number are closer",
    "numbers outside of them exist, or may be sent",
    "Keep the old bounds in the schema, and check the new ones where values are written.",
  ),
  "schema.length.narrowed": refusing(
    "the bounds of a text's length are closer",
    "texts outside of them exist, or may be sent",
    "Keep the old bounds in the schema, and check the new ones where values are written.",
  ),
  "schema.pattern.changed": refusing(
    "a text must match another pattern",
    "texts that do not match it exist, or may be sent",
    "Use a pattern that the old texts match as well, and check the new one where values are written.",
  ),
  "schema.format.changed": refusing(
    "a text must have a format",
    "texts without it exist, or may be sent",
    "Leave the format out, and check it where values are written.",
  ),
  "schema.items.narrowed": refusing(
    "fewer items are taken in a list",
    "lists with the others exist, or may be sent",
    "Take the old items as well, and stop writing them.",
  ),
  "schema.size.narrowed": refusing(
    "the bounds of a list's or object's size are closer",
    "values outside of them exist, or may be sent",
    "Keep the old bounds in the schema, and check the new ones where values are written.",
  ),
  "schema.forbidden": refusing(
    "nothing is taken in a place any more",
    "values that have something there exist, or may be sent",
    "Keep what was taken, declared as optional, and stop writing it.",
  ),
  "schema.meaning.changed": {
    severity: "dangerous",
    title: "a schema takes the same values, and says that they mean something else",
    reason: "what is stored or sent was meant in the old way",
    danger: "Old values pass every check and are understood wrongly.",
    wayOut: "Add a property with the new meaning beside the old one; or declare the break with a " +
      "new contract id.",
  },
  "schema.unproved": {
    severity: "dangerous",
    title: "it is not proved that old values are still taken",
    reason: "the comparison cannot tell, and what is not proved is not called safe",
    danger: "Values that were right before may be refused.",
    wayOut: "Look at both schemas. If every old value fits, accept with that as the " +
      "acknowledgement; a simpler schema can often be proved.",
  },
};
