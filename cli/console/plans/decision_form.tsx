/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { plannedDeletions } from "../../../reconcile/decisions/desired_state.ts";
import { MAX_WORDS_LENGTH } from "../../../reconcile/decisions/decide.ts";
import { printable } from "../../terminal/printable.ts";
import { planHref } from "../deployments/deployment_href.ts";
import type { WordsField } from "./decision_advice.ts";
import type { RetiredByPlan, Review } from "./read_plan.ts";

/** What somebody has typed and ticked in the form. */
export interface Typed {
  readonly acknowledgement: string;
  readonly reason: string;
  /** Retired resources whose data is deleted, as `kv/orders`. */
  readonly deleteData: readonly string[];
}

/** Nothing yet. */
export const NOTHING_TYPED: Typed = { acknowledgement: "", reason: "", deleteData: [] };

/** Accepts or rejects a plan. */
export function DecisionForm(
  { review: { plan, progress, retires }, typed, wrong }: {
    readonly review: Review;
    readonly typed: Typed;
    /** The field that lacks something. */
    readonly wrong: WordsField | undefined;
  },
): VNode {
  const isMigration = plan.kind === "migration";
  const { version } = progress;
  return (
    <form id="decision" class="decision" method="post" action={planHref(plan.deployment, plan.id)}>
      <input type="hidden" name="expectedDesiredVersion" value={version} />
      <fieldset>
        <legend>Accept</legend>
        <p class="consequence">{consequence(plan, version)}</p>
        {retires.map((retired) => (
          <DeleteChoice
            key={retired.resource}
            retired={retired}
            isTicked={typed.deleteData.includes(retired.resource)}
          />
        ))}
        {isMigration
          ? (
            <Words
              name="acknowledgement"
              label="What you have made sure of"
              hint="Required: it is kept in the history with your name."
              placeholder="backup taken, no caller is left"
              text={typed.acknowledgement}
              isWrong={wrong === "acknowledgement"}
            />
          )
          : null}
        <p class="buttons">
          {isMigration
            ? (
              <button type="submit" name="verb" value="accept-migration" class="danger">
                Accept the migration
              </button>
            )
            : <button type="submit" name="verb" value="accept-update">Accept the update</button>}
        </p>
      </fieldset>
      <fieldset>
        <legend>Reject</legend>
        <p class="consequence">
          Nothing changes: what is accepted stays in force, and instances that run the new contract
          wait. Its author reads your reason.
        </p>
        <Words
          name="reason"
          label={isMigration ? "Why you reject it" : "Why"}
          hint={isMigration
            ? "Required to reject."
            : "Required to reject; if you accept, it is kept as the reason for that."}
          placeholder="keep the history"
          text={typed.reason}
          isWrong={wrong === "reason"}
        />
        <p class="buttons">
          <button type="submit" name="verb" value="reject" class="quiet">Reject</button>
        </p>
      </fieldset>
      <p class="kept">It can be decided no more; what you had typed is kept here to be copied.</p>
    </form>
  );
}

function consequence(
  { deployment, kind, rollbackTo, ...plan }: Review["plan"],
  version: number,
): string {
  const name = printable(deployment);
  const doomed = plannedDeletions(plan).map(({ kind, alias }) => `${kind}/${alias}`);
  if (doomed.length > 0) {
    return `The data of ${printable(doomed.join(", "))} is deleted for good as soon as this is ` +
      "accepted. Nothing brings it back.";
  }
  const next = `${name} goes from version ${version} to ${version + 1}`;
  const back = rollbackTo === undefined ? "" : `, with what version ${rollbackTo} asked for`;
  return kind === "update"
    ? `${next}${back}. Nothing is lost: every change is safe, and instances of earlier contracts run on.`
    : `${next}${back}. What is said above happens at once, and instances of earlier contracts may not run any more.`;
}

function DeleteChoice(
  { retired: { resource, name }, isTicked }: {
    readonly retired: RetiredByPlan;
    readonly isTicked: boolean;
  },
): VNode {
  return (
    <label class="choice">
      <input type="checkbox" name="deleteData" value={resource} checked={isTicked} />
      <span>
        Also delete the data of {printable(resource)} for good
        <span class="second">
          Ticked: all that is in {printable(name)}{" "}
          is gone at once, and nothing brings it back. Not ticked: the data is kept, out of reach of
          the service, and can be deleted later.
        </span>
      </span>
    </label>
  );
}

function Words(
  { name, label, hint, placeholder, text, isWrong }: {
    readonly name: WordsField;
    readonly label: string;
    readonly hint: string;
    readonly placeholder: string;
    readonly text: string;
    readonly isWrong: boolean;
  },
): VNode {
  return (
    <label class="words">
      {label}
      <textarea
        name={name}
        rows={2}
        maxLength={MAX_WORDS_LENGTH}
        placeholder={placeholder}
        aria-invalid={isWrong ? "true" : undefined}
        aria-describedby={`${name}-hint`}
      >
        {text}
      </textarea>
      <span class={isWrong ? "second wrong" : "second"} id={`${name}-hint`}>{hint}</span>
    </label>
  );
}
