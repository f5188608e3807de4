/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { RunnerKind } from "../../../commands/sessions/runner_contract.ts";
import { printable } from "../../../terminal/printable.ts";
import { Empty } from "../../layout/parts.tsx";
import { Problem } from "../../layout/problem.tsx";
import { Check, Choice, Field } from "../parts/fields.tsx";
import { RUNNER_WORDS } from "./runner_kind.ts";

/** What was typed to add one. */
export interface RunnerDraft {
  readonly contract: string;
  /** Public keys that were made elsewhere, one a line. */
  readonly keys: string;
  /** Of a device: lets it in at once. */
  readonly activate: boolean;
  /** Of an agent. */
  readonly name: string;
  /** Of an agent: the user whom it acts for. */
  readonly person: string;
}

/** Provisions devices, or lets in an agent. */
export function RunnerForm(
  { kind, draft, contracts, people, problem }: {
    readonly kind: RunnerKind;
    readonly draft: RunnerDraft;
    /** Ids of accepted contracts of the kind. */
    readonly contracts: readonly string[];
    /** Names of users. */
    readonly people: readonly string[];
    readonly problem: ExplainedError | undefined;
  },
): VNode {
  const { tab, many, one } = RUNNER_WORDS[kind];
  if (contracts.length === 0) {
    return (
      <Empty>
        No contract for {many} is accepted. Define one ({kind === "device"
          ? "defineDeviceContract"
          : "defineAgentContract"}), and accept its plan under <a href="/services">Services</a>.
      </Empty>
    );
  }
  return (
    <section class="sheet form">
      {problem && <Problem error={problem} />}
      <p>
        {kind === "device"
          ? "A device goes by a name that follows from its key, and comes in when it is activated. " +
            "It may do what its contract says, as far as its grants reach."
          : "An agent acts under its own name: it may do what its contract uses, as far as its own " +
            "grants reach, and gets none of the rights of the person whom it acts for."}
      </p>
      <form method="post" action={`/people/${tab}`}>
        {kind === "agent" && (
          <Field
            name="name"
            label="Name"
            value={draft.name}
            hint="As inbox-helper: letters, digits, - and _"
            isRequired
          />
        )}
        <Choice
          name="contract"
          label={`The contract that the ${one} runs`}
          value={draft.contract}
          options={contracts.map((id) => ({ value: id, text: printable(id) }))}
        />
        {kind === "agent" && (
          <Field
            name="person"
            label="Acts for"
            value={draft.person}
            hint="A user: it is shut out with them. May be left empty"
            options={people}
          />
        )}
        <label>
          {kind === "device" ? "Public keys" : "Public key"}
          <textarea name="keys" rows={kind === "device" ? 4 : 2} spellcheck={false}>
            {draft.keys}
          </textarea>
          <small>
            {kind === "device"
              ? "One a line, U…, for devices that have made their keys. "
              : "U…, where the agent has made its key. "}
            Left empty, a secret is made here and shown once.
          </small>
        </label>
        {kind === "device" && (
          <Check
            name="activate"
            label="Let them in at once, without a review"
            isChecked={draft.activate}
          />
        )}
        <div class="buttons">
          <button type="submit">{kind === "device" ? "Provision" : "Let it in"}</button>
          <a class="button quiet" href={`/people/${tab}`}>Cancel</a>
        </div>
      </form>
    </section>
  );
}
