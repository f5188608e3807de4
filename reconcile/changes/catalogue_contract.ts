import type { Entries } from "./catalogue_entry.ts";
import type { CodesOf } from "./change_code.ts";

const safe = "safe";
const dangerous = "dangerous";

/** Changes of the contract as a whole, and of what it uses. */
export const contractEntries: Entries<CodesOf<"contract" | "uses">> = {
  "contract.added": {
    severity: safe,
    title: "a contract asks for its place",
    reason: "nothing was accepted for the deployment before",
  },
  "contract.replaced": {
    severity: dangerous,
    title: "another contract takes over the deployment",
    reason: "a contract id is a lineage, and the data belongs to the lineage",
    danger:
      "Buckets and stores of the old contract are detached, and the new one starts with empty " +
      "ones. Whoever uses the old contract finds it gone.",
    wayOut: "Run the new contract in a deployment of its own beside the old one, move the data, " +
      "then end the old one.",
  },
  "contract.kind.changed": {
    severity: dangerous,
    title: "the contract plays another part",
    reason: "services, apps, agents and devices are given different things",
    danger:
      "What the old kind was given is taken away: a service loses its surfaces and resources, " +
      "the others their state.",
    wayOut: "Give the new part a contract, and a deployment, of its own.",
  },
  "contract.unknown": {
    severity: dangerous,
    title: "something changes that this version of Trellis does not know",
    reason: "what is not understood cannot be judged",
    danger: "It is not carried out by this version, and may cost anything under one that knows it.",
    wayOut: "Update Trellis and compare again, or remove the member if it is a typing error.",
  },
  "uses.added": {
    severity: safe,
    title: "another contract is used",
    reason: "using a contract changes nothing in it",
  },
  "uses.removed": {
    severity: safe,
    title: "a contract is no longer used",
    reason: "nothing depends on its being used",
  },
  "uses.required.changed": {
    severity: safe,
    title: "a used contract becomes optional or required",
    reason: "it only decides whether this contract runs without the other",
  },
  "uses.selection.added": {
    severity: safe,
    title: "more of another contract is used",
    reason: "using a contract changes nothing in it",
  },
  "uses.selection.removed": {
    severity: safe,
    title: "less of another contract is used",
    reason: "nothing depends on its being used",
  },
};
