import type { DangerousEntry, Entries } from "./catalogue_entry.ts";
import type { CodesOf } from "./change_code.ts";

/** What is received is refused for one reason everywhere: the receiver still has the old schema. */
function surprising(title: string, reason: string, wayOut: string): DangerousEntry {
  return { severity: "dangerous", title, reason, danger: SURPRISED, wayOut };
}

const SURPRISED =
  "Those who run with the old contract check what they receive with the old schema: " +
  "an answer that does not fit is an error for them, although the call was served.";

/** Changes of schemas whose values others receive: new values meet the old schema. */
export const outputEntries: Entries<CodesOf<"output">> = {
  "output.narrowed": {
    severity: "safe",
    title: "what others receive is more definite",
    reason: "it is proved that every new value fits the schema that they know",
  },
  "output.required.removed": surprising(
    "a property may be missing",
    "others count on it and may receive values without it",
    "Go on filling the property in, with an empty value if there is nothing better.",
  ),
  "output.properties.opened": surprising(
    "others may receive members that they refuse",
    "their schema takes only the members that it declares",
    "Let those who receive it move to a schema that is open, or add another RPC or event.",
  ),
  "output.type.widened": surprising(
    "others may receive a type that they do not know",
    "their schema takes fewer types",
    "Put values of the new type into a new optional property.",
  ),
  "output.enum.widened": surprising(
    "others may receive a literal value that they do not know",
    "their schema takes fewer values",
    "Use one of the known values for those who run the old contract, or a new optional property.",
  ),
  "output.variant.added": surprising(
    "others may receive an alternative that they do not know",
    "their union has fewer alternatives",
    "Put the new alternative into a new optional property, or add another RPC or event.",
  ),
  "output.range.widened": surprising(
    "others may receive numbers outside of the bounds that they know",
    "their schema has closer bounds",
    "Keep to the old bounds until all have moved.",
  ),
  "output.length.widened": surprising(
    "others may receive texts that are longer or shorter than they know",
    "their schema has closer bounds",
    "Keep to the old bounds until all have moved.",
  ),
  "output.pattern.changed": surprising(
    "others may receive texts that do not match the pattern that they know",
    "their schema has another pattern",
    "Keep to texts that match both patterns until all have moved.",
  ),
  "output.format.changed": surprising(
    "others may receive texts that lack the format that they know",
    "their schema asks for a format",
    "Keep to the format until all have moved.",
  ),
  "output.items.widened": surprising(
    "others may receive lists with items that they do not know",
    "their schema takes fewer items",
    "Put new items into a new optional property.",
  ),
  "output.size.widened": surprising(
    "others may receive more, or fewer, items or members than they know",
    "their schema has closer bounds",
    "Keep to the old bounds, or answer in pages.",
  ),
  "output.allowed": surprising(
    "others may receive something where they expect nothing",
    "their schema takes nothing there",
    "Put it into a new optional property.",
  ),
  "output.meaning.changed": {
    severity: "dangerous",
    title: "what others receive looks the same and means something else",
    reason: "they understand it in the old way",
    danger: "New values pass every check and are understood wrongly.",
    wayOut: "Add a property with the new meaning beside the old one; or declare the break with a " +
      "new contract id.",
  },
  "output.unproved": {
    severity: "dangerous",
    title: "it is not proved that new values fit what others know",
    reason: "the comparison cannot tell, and what is not proved is not called safe",
    danger: "Those who run with the old contract may refuse what they receive.",
    wayOut: "Look at both schemas. If every new value fits the old one, accept with that as the " +
      "acknowledgement; a simpler schema can often be proved.",
  },
};
